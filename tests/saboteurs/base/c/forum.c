#include "forum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accounts.h"

/* A message or an upload. Messages have no number of their own: it follows from the order. */
struct entry {
    struct entry *next;
    bool upload;
    char *author;
    char *text; /* the message, or the name of the file */
};

struct topic {
    struct topic *next;
    char *title;
    char *creator;
    struct entry *entries;
};

static struct topic *topics; /* the first of all threads, in the order of their creation */

/* ------------------------------------------------------------------ answers */

static void yes(struct buffer *answer, const char *text, const char *detail)
{
    buffer_print(answer, "+ %s %s\n", text, detail);
}

static void no(struct buffer *answer, const char *text, const char *detail)
{
    buffer_print(answer, "- %s %s\n", text, detail);
}

/* ------------------------------------------------------------------- topics */

/* Where the pointer to this topic stands: if there is none, where it would be put. */
static struct topic **place_of(const char *title)
{
    struct topic **place = &topics;
    while (*place != NULL && strcmp((*place)->title, title) != 0)
        place = &(*place)->next;
    return place;
}

/* The topic of this title; if there is none, NULL, and the answer says so. */
static struct topic *find(const char *title, struct buffer *answer)
{
    struct topic *topic = *place_of(title);
    if (topic == NULL)
        no(answer, "no such thread:", title);
    return topic;
}

/* What is in a thread, line by line; `before` stands in front of each. */
static void print_entries(const struct topic *topic, const char *before, struct buffer *to)
{
    int number = 0;
    for (const struct entry *entry = topic->entries; entry != NULL; entry = entry->next) {
        if (entry->upload)
            buffer_print(to, "%s%s uploaded %s\n", before, entry->author, entry->text);
        else
            buffer_print(to, "%s%d %s: %s\n", before, ++number, entry->author, entry->text);
    }
}

/* Write the thread's file anew: the creator, then what is in it. */
static bool save(const struct topic *topic)
{
    struct buffer content = {0};
    buffer_print(&content, "%s\n", topic->creator);
    print_entries(topic, "", &content);
    bool good = file_write(topic->title, content.data, content.length);
    buffer_free(&content);
    return good;
}

static void append(struct topic *topic, bool upload, const char *author, const char *text)
{
    struct entry **end = &topic->entries;
    while (*end != NULL)
        end = &(*end)->next;
    *end = need(calloc(1, sizeof **end));
    (*end)->upload = upload;
    (*end)->author = copy(author);
    (*end)->text = copy(text);
}

static void remove_entry(struct entry **place)
{
    struct entry *entry = *place;
    *place = entry->next;
    free(entry->author);
    free(entry->text);
    free(entry);
}

/* The name under which an upload is stored. The caller frees it. */
static char *stored_name(const char *title, const char *name)
{
    struct buffer stored = {0};
    buffer_print(&stored, "%s-%s", title, name);
    buffer_add(&stored, "", 1); /* the zero at its end */
    return stored.data;
}

static bool has_upload(const struct topic *topic, const char *name)
{
    for (const struct entry *entry = topic->entries; entry != NULL; entry = entry->next)
        if (entry->upload && strcmp(entry->text, name) == 0)
            return true;
    return false;
}

/* Forget a topic, and delete its file and its uploads. */
static void remove_topic(struct topic **place)
{
    struct topic *topic = *place;
    while (topic->entries != NULL) {
        if (topic->entries->upload) {
            char *stored = stored_name(topic->title, topic->entries->text);
            unlink(stored);
            free(stored);
        }
        remove_entry(&topic->entries);
    }
    unlink(topic->title);
    *place = topic->next;
    free(topic->title);
    free(topic->creator);
    free(topic);
}

/* Whether a file of this name can be made without touching one that is not the forum's. */
static bool is_free(const char *name)
{
    return strchr(name, '/') == NULL && access(name, F_OK) != 0;
}

/* The number in a word, 0 if it is not one. */
static long number_in(const char *word)
{
    char *end;
    long number = strtol(word, &end, 10);
    return *word != '\0' && *end == '\0' && number > 0 ? number : 0;
}

/* Where the pointer to the message of this number stands, if this user may change it. Else NULL. */
static struct entry **own_message(struct topic *topic, const char *word, const char *user, struct buffer *answer)
{
    long number = number_in(word);
    long left = number;
    struct entry **place = &topic->entries;
    while (*place != NULL && ((*place)->upload || --left > 0))
        place = &(*place)->next;
    if (number == 0 || *place == NULL)
        no(answer, "no message has the number", word);
    else if (strcmp((*place)->author, user) != 0)
        no(answer, "you may not change a message by", (*place)->author);
    else
        return place;
    return NULL;
}

/* ----------------------------------------------------------------- commands */

static void crt(const char *user, char *words[], struct buffer *answer)
{
    struct topic **place = place_of(words[1]);
    if (*place != NULL || !is_free(words[1])) {
        no(answer, "cannot create, the name is taken:", words[1]);
        return;
    }
    *place = need(calloc(1, sizeof **place));
    (*place)->title = copy(words[1]);
    (*place)->creator = copy(user);
    if (save(*place)) {
        yes(answer, "created", words[1]);
    } else {
        remove_topic(place);
        no(answer, "cannot write the file", words[1]);
    }
}

static void msg(const char *user, char *words[], struct buffer *answer)
{
    struct topic *topic = find(words[1], answer);
    if (topic == NULL)
        return;
    append(topic, false, user, words[2]);
    save(topic);
    yes(answer, "posted to", topic->title);
}

static void dlt(const char *user, char *words[], struct buffer *answer)
{
    struct topic *topic = find(words[1], answer);
    struct entry **place = topic ? own_message(topic, words[2], user, answer) : NULL;
    if (place == NULL)
        return;
    remove_entry(place);
    save(topic);
    yes(answer, "deleted a message of", topic->title);
}

static void edt(const char *user, char *words[], struct buffer *answer)
{
    struct topic *topic = find(words[1], answer);
    struct entry **place = topic ? own_message(topic, words[2], user, answer) : NULL;
    if (place == NULL)
        return;
    free((*place)->text);
    (*place)->text = copy(words[3]);
    save(topic);
    yes(answer, "edited a message of", topic->title);
}

static void lst(const char *user, char *words[], struct buffer *answer)
{
    (void)user;
    (void)words;
    for (const struct topic *topic = topics; topic != NULL; topic = topic->next)
        buffer_print(answer, "* %s\n", topic->title);
    yes(answer, topics ? "these are all" : "there is no thread", "");
}

static void rdt(const char *user, char *words[], struct buffer *answer)
{
    (void)user;
    const struct topic *topic = find(words[1], answer);
    if (topic == NULL)
        return;
    print_entries(topic, "* ", answer);
    yes(answer, "end of", topic->title);
}

static void rmv(const char *user, char *words[], struct buffer *answer)
{
    struct topic **place = place_of(words[1]);
    if (find(words[1], answer) == NULL)
        return;
    if (strcmp((*place)->creator, user) != 0) {
        no(answer, "this thread belongs to", (*place)->creator);
        return;
    }
    remove_topic(place);
    yes(answer, "removed", words[1]);
}

static const struct command {
    const char *name;
    int words;
    void (*function)(const char *user, char *words[], struct buffer *answer);
} commands[] = {
    {"CRT", 2, crt}, {"MSG", 3, msg}, {"DLT", 3, dlt}, {"EDT", 4, edt},
    {"LST", 1, lst}, {"RDT", 2, rdt}, {"RMV", 2, rmv},
};

bool forum_do(const char *user, char *words[], int count, struct buffer *answer)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, words[0]) == 0 && commands[i].words == count) {
            commands[i].function(user, words, answer);
            return true;
        }
    }
    return false;
}

/* -------------------------------------------------------------------- files */

bool forum_may_upload(const char *title, const char *name, struct buffer *answer)
{
    const struct topic *topic = find(title, answer);
    if (topic == NULL)
        return false;
    char *stored = stored_name(title, name);
    bool good = !has_upload(topic, name) && is_free(stored) && strchr(name, '/') == NULL;
    if (!good)
        no(answer, "cannot be uploaded, the name is taken:", name);
    free(stored);
    return good;
}

void forum_upload(const char *user, const char *title, const char *name,
                  const char *bytes, size_t size, struct buffer *answer)
{
    /* Looked at again: the thread may have been removed while the bytes came. */
    if (!forum_may_upload(title, name, answer))
        return;
    struct topic *topic = *place_of(title);
    char *stored = stored_name(title, name);
    if (file_write(stored, bytes, size)) {
        append(topic, true, user, name);
        save(topic);
        yes(answer, "uploaded", name);
    } else {
        unlink(stored);
        no(answer, "cannot write the file", stored);
    }
    free(stored);
}

void forum_download(const char *title, const char *name, struct buffer *answer)
{
    const struct topic *topic = find(title, answer);
    if (topic == NULL)
        return;
    struct buffer content = {0};
    char *stored = stored_name(title, name);
    if (has_upload(topic, name) && file_read(stored, &content)) {
        buffer_print(answer, "FILE %zu\n", content.length);
        buffer_add(answer, content.data, content.length);
    } else {
        no(answer, "nobody has uploaded", name);
    }
    buffer_free(&content);
    free(stored);
}

void forum_close(void)
{
    while (topics != NULL)
        remove_topic(&topics);
    unlink(ACCOUNTS_FILE);
}
