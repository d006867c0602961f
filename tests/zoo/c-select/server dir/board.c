#define _GNU_SOURCE
#include "board.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct line {
	struct line *next;
	char *user;
	char *text;
	int is_file;
} Line;

struct topic {
	Topic *next;
	unsigned long serial;
	char *title;
	char *owner;
	Line *lines;
};

static Topic *topics; /* the newest comes first */

Topic *board_find(const char *title)
{
	Topic *t = topics;

	while (t && strcmp(t->title, title) != 0)
		t = t->next;
	return t;
}

unsigned long board_serial(const Topic *topic)
{
	return topic->serial;
}

int board_print(const Topic *topic, Text *out, const char *before)
{
	int number = 0, lines = 0;

	for (const Line *l = topic->lines; l; l = l->next, lines++)
		if (l->is_file)
			text_printf(out, "%s%s uploaded %s\n", before, l->user, l->text);
		else
			text_printf(out, "%s%d %s: %s\n", before, ++number, l->user, l->text);
	return lines;
}

static void save(const Topic *topic)
{
	FILE *f = fopen(topic->title, "w");
	Text all = {0};

	if (!f) {
		perror(topic->title);
		return;
	}
	text_printf(&all, "%s\n", topic->owner);
	board_print(topic, &all, "");
	fwrite(all.at, 1, all.length, f);
	fclose(f);
	text_clear(&all);
}

enum outcome board_create(const char *title, const char *user)
{
	static unsigned long serial;
	FILE *f;
	Topic *t;

	if (board_find(title))
		return TAKEN;
	f = strchr(title, '/') ? NULL : fopen(title, "wx"); /* x: never somebody else's file */
	if (!f)
		return BROKEN;
	fclose(f);
	t = need(calloc(1, sizeof *t));
	t->serial = ++serial;
	t->title = need(strdup(title));
	t->owner = need(strdup(user));
	t->next = topics;
	topics = t;
	save(t);
	return FINE;
}

static void append(Topic *topic, const char *user, const char *text, int is_file)
{
	Line **end = &topic->lines;

	while (*end)
		end = &(*end)->next;
	*end = need(calloc(1, sizeof **end));
	(*end)->user = need(strdup(user));
	(*end)->text = need(strdup(text));
	(*end)->is_file = is_file;
	save(topic);
}

void board_post(Topic *topic, const char *user, const char *text)
{
	append(topic, user, text, 0);
}

void board_add_file(Topic *topic, const char *name, const char *user)
{
	append(topic, user, name, 1);
}

/* Where the message of that number hangs. */
static enum outcome find_message(Topic *topic, const char *number, const char *user, Line ***place)
{
	char *end;
	long wanted = strtol(number, &end, 10);

	if (*end || wanted < 1)
		return NO_NUMBER;
	for (*place = &topic->lines; **place; *place = &(**place)->next)
		if (!(**place)->is_file && --wanted == 0)
			return strcmp((**place)->user, user) == 0 ? FINE : NOT_YOURS;
	return NO_NUMBER;
}

static void free_line(Line *l)
{
	free(l->user);
	free(l->text);
	free(l);
}

enum outcome board_delete(Topic *topic, const char *number, const char *user)
{
	Line **place, *old;
	enum outcome o = find_message(topic, number, user, &place);

	if (o == FINE) {
		old = *place;
		*place = old->next;
		free_line(old);
		save(topic);
	}
	return o;
}

enum outcome board_edit(Topic *topic, const char *number, const char *user, const char *text)
{
	Line **place;
	enum outcome o = find_message(topic, number, user, &place);

	if (o == FINE) {
		free((*place)->text);
		(*place)->text = need(strdup(text));
		save(topic);
	}
	return o;
}

int board_list(Text *out, const char *before)
{
	int n = 0;

	for (const Topic *t = topics; t; t = t->next, n++)
		text_printf(out, "%s%s\n", before, t->title);
	return n;
}

int board_has_file(const Topic *topic, const char *name)
{
	for (const Line *l = topic->lines; l; l = l->next)
		if (l->is_file && strcmp(l->text, name) == 0)
			return 1;
	return 0;
}

char *board_file_path(const char *title, const char *name)
{
	char *path;

	if (asprintf(&path, "%s-%s", title, name) < 0)
		need(NULL);
	return path;
}

static void erase(Topic **place)
{
	Topic *t = *place;
	Line *l;

	*place = t->next;
	while ((l = t->lines)) {
		if (l->is_file) {
			char *path = board_file_path(t->title, l->text);

			unlink(path);
			free(path);
		}
		t->lines = l->next;
		free_line(l);
	}
	unlink(t->title);
	free(t->title);
	free(t->owner);
	free(t);
}

enum outcome board_remove(Topic *topic, const char *user)
{
	Topic **place = &topics;

	if (strcmp(topic->owner, user) != 0)
		return NOT_YOURS;
	while (*place != topic)
		place = &(*place)->next;
	erase(place);
	return FINE;
}

void board_wipe(void)
{
	while (topics)
		erase(&topics);
}
