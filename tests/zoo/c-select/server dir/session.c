/*
 * What client and server say, a line each:
 *
 *	NAME x			331 known | 332 new | 431 busy
 *	PASS x			230 welcome | 430 no
 *	CRT ... SHT as typed	250 done | 211-a row of the answer, before a 250 | 4xx not done | 5xx not understood
 *	UPD			354 go on; then DATA n and n bytes, or NODATA
 *	DWN			255 n and n bytes
 *	at any time		221 goodbye
 */
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "board.h"
#include "users.h"

Session *sessions;
int closing;
const char *admin_password;

void session_new(int fd)
{
	Session *s = need(calloc(1, sizeof *s));

	s->fd = fd;
	s->next = sessions;
	sessions = s;
	puts("+ connection");
}

static void forget_upload(Session *s, int keep)
{
	if (s->sink) {
		fclose(s->sink);
		if (!keep)
			unlink(s->path);
	}
	s->sink = NULL;
	free(s->title);
	free(s->file);
	free(s->path);
	s->title = s->file = s->path = NULL;
}

static void log_out(Session *s)
{
	if (s->inside)
		printf("- %s\n", s->user);
	s->inside = 0;
}

void session_free(Session *s)
{
	log_out(s);
	forget_upload(s, 0);
	if (s->source)
		fclose(s->source);
	text_clear(&s->in);
	text_clear(&s->out);
	free(s->user);
	close(s->fd);
	free(s);
}

static void reply(Session *s, const char *line)
{
	printf("  %s <- %s\n", s->user ? s->user : "?", line);
	text_printf(&s->out, "%s\n", line);
}

static int is_inside(const char *name)
{
	for (const Session *s = sessions; s; s = s->next)
		if (s->inside && strcmp(s->user, name) == 0)
			return 1;
	return 0;
}

/* ---- login ---- */

static void do_name(Session *s, const char *name)
{
	free(s->user);
	s->user = need(strdup(name));
	if (is_inside(name))
		reply(s, "431 You are logged in elsewhere.");
	else if (users_check(name, NULL) == USER_UNKNOWN)
		reply(s, "332 You are new.");
	else
		reply(s, "331 I know you.");
}

static void do_pass(Session *s, const char *password)
{
	enum check c;

	if (!s->user || is_inside(s->user)) {
		reply(s, "430 You are logged in elsewhere.");
		return;
	}
	c = users_check(s->user, password);
	if (c == USER_WRONG) {
		reply(s, "430 Login incorrect.");
	} else if (c == USER_UNKNOWN && users_append(s->user, password) != 0) {
		reply(s, "430 Your account cannot be stored.");
	} else {
		s->inside = 1;
		reply(s, c == USER_OK ? "230 Login successful." : "230 Account created, you are logged in.");
	}
}

/* ---- commands ---- */

static void report(Session *s, enum outcome o, const char *fine)
{
	static const char *const why[] = {
		[TAKEN] = "450 This title is in use.",
		[NO_NUMBER] = "451 The thread has no message of that number.",
		[NOT_YOURS] = "452 That belongs to another user.",
		[BROKEN] = "453 The server cannot store that.",
	};

	reply(s, o == FINE ? fine : why[o]);
}

static void do_list(Session *s)
{
	reply(s, board_list(&s->out, "211-") ? "250 end of list" : "250 there are no threads");
}

static void do_upload(Session *s, Topic *t, const char *title, const char *file)
{
	s->path = board_file_path(title, file);
	s->sink = strchr(file, '/') ? NULL : fopen(s->path, "wbx");
	if (!s->sink) {
		forget_upload(s, 0);
		reply(s, "454 A file of that name cannot be stored.");
		return;
	}
	s->serial = board_serial(t);
	s->title = need(strdup(title));
	s->file = need(strdup(file));
	s->left = -1;
	reply(s, "354 Send it.");
}

static void end_upload(Session *s)
{
	Topic *t = board_find(s->title);

	if (fflush(s->sink) != 0 || !t || board_serial(t) != s->serial) {
		forget_upload(s, 0);
		reply(s, "454 The file came, but its thread has gone.");
		return;
	}
	board_add_file(t, s->file, s->user);
	forget_upload(s, 1);
	reply(s, "250 File stored.");
}

static void do_download(Session *s, const Topic *t, const char *title, const char *file)
{
	char *path = board_file_path(title, file);

	s->source = board_has_file(t, file) ? fopen(path, "rb") : NULL;
	free(path);
	if (!s->source) {
		reply(s, "455 No such file in that thread.");
		return;
	}
	fseek(s->source, 0, SEEK_END);
	text_printf(&s->out, "255 %ld\n", ftell(s->source));
	rewind(s->source);
	printf("  %s <- file %s\n", s->user, file);
}

static void do_shutdown(Session *s)
{
	char bytes[4096];
	size_t n;

	closing = 1;
	printf("closed by %s\n", s->user);
	for (Session *o = sessions; o; o = o->next) {
		forget_upload(o, 0);
		/* Somebody gets a file just now: the rest of it must come before the goodbye. */
		while (o->source && (n = fread(bytes, 1, sizeof bytes, o->source)) > 0)
			text_put(&o->out, bytes, n);
		text_printf(&o->out, "221 The server is being shut down. Good bye.\n");
		o->last_words = 1;
	}
	board_wipe();
	users_unlink();
}

/* Cut at single spaces into at most `most` words, the last one taking the rest. */
static int cut(char *line, char **words, int most)
{
	int n = 0;

	while (n < most - 1 && (words[n++] = line, line = strchr(line, ' ')) != NULL)
		*line++ = '\0';
	if (line)
		words[n++] = line;
	return n;
}

static const struct command {
	const char *name;
	int words;
	int thread; /* the second word must be a thread that exists */
	int rest;   /* the last argument may have spaces */
	const char *usage;
} commands[] = {
	{"CRT", 2, 0, 0, "501 Usage: CRT threadtitle"},
	{"MSG", 3, 1, 1, "501 Usage: MSG threadtitle message"},
	{"DLT", 3, 1, 0, "501 Usage: DLT threadtitle messagenumber"},
	{"EDT", 4, 1, 1, "501 Usage: EDT threadtitle messagenumber message"},
	{"LST", 1, 0, 0, "501 Usage: LST"},
	{"RDT", 2, 1, 0, "501 Usage: RDT threadtitle"},
	{"UPD", 3, 1, 0, "501 Usage: UPD threadtitle filename"},
	{"DWN", 3, 1, 0, "501 Usage: DWN threadtitle filename"},
	{"RMV", 2, 1, 0, "501 Usage: RMV threadtitle"},
	{"XIT", 1, 0, 0, "501 Usage: XIT"},
	{"SHT", 2, 0, 0, "501 Usage: SHT admin_password"},
};

static const struct command *find_command(const char *line)
{
	size_t n = strcspn(line, " ");

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strlen(commands[i].name) == n && strncmp(commands[i].name, line, n) == 0)
			return &commands[i];
	return NULL;
}

static void do_command(Session *s, char *line)
{
	const struct command *c = find_command(line);
	char *w[5];
	Topic *t = NULL;
	int n;

	if (!c) {
		reply(s, "500 There is no such command.");
		return;
	}
	n = cut(line, w, c->words + !c->rest);
	for (int i = 0; i < n; i++)
		if (!*w[i])
			n = -1; /* two spaces */
	if (n != c->words) {
		reply(s, c->usage);
		return;
	}
	if (c->thread && !(t = board_find(w[1]))) {
		reply(s, "440 There is no such thread.");
		return;
	}
	switch (c - commands) {
	case 0: report(s, board_create(w[1], s->user), "250 Thread created."); break;
	case 1: board_post(t, s->user, w[2]); reply(s, "250 Message posted."); break;
	case 2: report(s, board_delete(t, w[2], s->user), "250 Message deleted."); break;
	case 3: report(s, board_edit(t, w[2], s->user, w[3]), "250 Message edited."); break;
	case 4: do_list(s); break;
	case 5: reply(s, board_print(t, &s->out, "211-") ? "250 end of thread" : "250 this thread is empty"); break;
	case 6: do_upload(s, t, w[1], w[2]); break;
	case 7: do_download(s, t, w[1], w[2]); break;
	case 8: report(s, board_remove(t, s->user), "250 Thread removed."); break;
	case 9:
		log_out(s);
		reply(s, "221 Good bye.");
		s->last_words = 1;
		break;
	default:
		if (strcmp(w[1], admin_password) == 0)
			do_shutdown(s);
		else
			reply(s, "430 This is not the admin's password.");
	}
}

/* ---- bytes ---- */

static void take_line(Session *s, char *line)
{
	if (s->sink && s->left < 0) {
		if (strncmp(line, "DATA ", 5) == 0) {
			s->left = strtol(line + 5, NULL, 10);
		} else {
			forget_upload(s, 0);
			reply(s, "250 No file, then.");
		}
	} else if (s->inside) {
		printf("%s: %s\n", s->user, line);
		do_command(s, line);
	} else if (strncmp(line, "NAME ", 5) == 0) {
		do_name(s, line + 5);
	} else if (strncmp(line, "PASS ", 5) == 0) {
		do_pass(s, line + 5);
	} else {
		reply(s, "500 Log in first.");
	}
}

/* 1: there may be more to do with what has come */
static int digest(Session *s)
{
	size_t n;
	char *line;

	if (s->sink && s->left > 0) {
		n = s->in.length < (size_t)s->left ? s->in.length : (size_t)s->left;
		if (n == 0)
			return 0;
		fwrite(s->in.at, 1, n, s->sink);
		text_drop(&s->in, n);
		s->left -= (long)n;
	} else {
		line = text_line(&s->in, &n);
		if (!line)
			return 0;
		line[strcspn(line, "\r")] = '\0';
		take_line(s, line);
		text_drop(&s->in, n);
	}
	if (s->sink && s->left == 0)
		end_upload(s);
	return 1;
}

void session_readable(Session *s)
{
	char bytes[16384];
	ssize_t n = recv(s->fd, bytes, sizeof bytes, 0);

	if (n <= 0) {
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			s->gone = 1;
		return;
	}
	text_put(&s->in, bytes, (size_t)n);
	while (!s->last_words && digest(s))
		;
}

void session_writable(Session *s)
{
	char bytes[16384];
	ssize_t n;

	if (s->out.length == 0 && s->source) {
		size_t got = fread(bytes, 1, sizeof bytes, s->source);

		text_put(&s->out, bytes, got);
		if (got == 0) {
			fclose(s->source);
			s->source = NULL;
		}
	}
	n = send(s->fd, s->out.at, s->out.length, MSG_NOSIGNAL);
	if (n > 0)
		text_drop(&s->out, (size_t)n);
	else if (n < 0 && errno != EAGAIN && errno != EINTR)
		s->gone = 1;
}
