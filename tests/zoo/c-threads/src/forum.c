#define _GNU_SOURCE
#include "forum.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct entry {
    char *user;
    char *text;      /* of a message */
    char *file;      /* of an upload; one of the two is NULL */
};

struct thread {
    char *title;
    char *creator;
    struct entry *entries;
    size_t count;
};

static struct thread **threads;
static size_t thread_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const char no_thread[] = "There is no thread with this title.";

/* ---- helpers; the lock is held ---- */

static struct thread *find(const char *title)
{
    for (size_t i = 0; i < thread_count; i++)
        if (strcmp(threads[i]->title, title) == 0)
            return threads[i];
    return NULL;
}

static char *render(const struct thread *t)
{
    char *all = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&all, &size);
    int number = 1;
    for (const struct entry *e = t->entries; e < t->entries + t->count; e++) {
        if (e->file != NULL)
            fprintf(out, "%s uploaded %s\n", e->user, e->file);
        else
            fprintf(out, "%d %s: %s\n", number++, e->user, e->text);
    }
    fclose(out);
    return all;
}

static void store(const struct thread *t)
{
    char *lines = render(t);
    FILE *file = fopen(t->title, "w");
    if (file != NULL) {
        fprintf(file, "%s\n%s", t->creator, lines);
        fclose(file);
    } else {
        perror(t->title);
    }
    free(lines);
}

static void append(struct thread *t, const char *user, const char *text, const char *file)
{
    t->entries = realloc(t->entries, (t->count + 1) * sizeof *t->entries);
    t->entries[t->count++] = (struct entry){
        .user = strdup(user),
        .text = text ? strdup(text) : NULL,
        .file = file ? strdup(file) : NULL,
    };
    store(t);
}

static char *stored_name(const char *title, const char *file)
{
    char *name;
    return asprintf(&name, "%s-%s", title, file) < 0 ? NULL : name;
}

static struct entry *upload_of(const struct thread *t, const char *file)
{
    for (struct entry *e = t->entries; e < t->entries + t->count; e++)
        if (e->file != NULL && strcmp(e->file, file) == 0)
            return e;
    return NULL;
}

/* Create a file that was not there. */
static FILE *create_file(const char *name)
{
    int fd = strchr(name, '/') ? -1 : open(name, O_WRONLY | O_CREAT | O_EXCL, 0644);
    return fd < 0 ? NULL : fdopen(fd, "wb");
}

static const char *find_message(struct thread *t, const char *number, const char *user, struct entry **found)
{
    char *end;
    errno = 0;
    long n = strtol(number, &end, 10);
    if (*number == '\0' || *end != '\0' || errno != 0 || n < 1)
        return "A message number is a whole number from 1.";
    for (*found = t->entries; *found < t->entries + t->count; ++*found) {
        if ((*found)->file == NULL && --n == 0)
            return strcmp((*found)->user, user) == 0 ? NULL : "Somebody else wrote this message.";
    }
    return "There are not that many messages.";
}

static void free_entry(struct entry *e)
{
    free(e->user);
    free(e->text);
    free(e->file);
}

/* The thread with its files and its memory. */
static void destroy(struct thread *t)
{
    for (struct entry *e = t->entries; e < t->entries + t->count; e++) {
        if (e->file != NULL) {
            char *name = stored_name(t->title, e->file);
            unlink(name);
            free(name);
        }
        free_entry(e);
    }
    unlink(t->title);
    free(t->entries);
    free(t->title);
    free(t->creator);
    free(t);
}

/* ---- the rules, all of them with the lock held ---- */

static const char *create(const char *user, const char *title)
{
    if (find(title) != NULL)
        return "A thread of this title exists.";
    FILE *file = create_file(title);
    if (file == NULL)
        return "A thread cannot have this title.";
    fclose(file);
    struct thread *t = calloc(1, sizeof *t);
    t->title = strdup(title);
    t->creator = strdup(user);
    threads = realloc(threads, (thread_count + 1) * sizeof *threads);
    threads[thread_count++] = t;
    store(t);
    return NULL;
}

static const char *delete(const char *user, const char *title, const char *number)
{
    struct thread *t = find(title);
    struct entry *e;
    const char *problem = t == NULL ? no_thread : find_message(t, number, user, &e);
    if (problem == NULL) {
        free_entry(e);
        t->count--;
        memmove(e, e + 1, (size_t)((char *)(t->entries + t->count) - (char *)e));
        store(t);
    }
    return problem;
}

static const char *edit(const char *user, const char *title, const char *number, const char *text)
{
    struct thread *t = find(title);
    struct entry *e;
    const char *problem = t == NULL ? no_thread : find_message(t, number, user, &e);
    if (problem == NULL) {
        free(e->text);
        e->text = strdup(text);
        store(t);
    }
    return problem;
}

static const char *remove_thread(const char *user, const char *title)
{
    struct thread *t = find(title);
    if (t == NULL)
        return no_thread;
    if (strcmp(t->creator, user) != 0)
        return "Only its creator can remove a thread.";
    size_t i = 0;
    while (threads[i] != t)
        i++;
    threads[i] = threads[--thread_count];
    destroy(t);
    return NULL;
}

static const char *may_upload(const char *title, const char *file)
{
    struct thread *t = find(title);
    if (t == NULL)
        return no_thread;
    return upload_of(t, file) != NULL ? "The thread has a file of this name." : NULL;
}

static const char *upload(const char *user, const char *title, const char *file, const char *bytes, size_t size)
{
    const char *problem = may_upload(title, file);
    if (problem != NULL)
        return problem;
    char *name = stored_name(title, file);
    FILE *out = create_file(name);
    free(name);
    if (out == NULL)
        return "The server cannot store a file of this name.";
    fwrite(bytes, 1, size, out);
    fclose(out);
    append(find(title), user, NULL, file);
    return NULL;
}

static const char *download(const char *title, const char *file, char **bytes, size_t *size)
{
    struct thread *t = find(title);
    if (t == NULL)
        return no_thread;
    if (upload_of(t, file) == NULL)
        return "There is no such file in this thread.";
    char *name = stored_name(title, file);
    FILE *in = fopen(name, "rb");
    free(name);
    struct stat st;
    if (in == NULL || fstat(fileno(in), &st) != 0)
        return "The file has disappeared.";
    *bytes = malloc((size_t)st.st_size + 1);
    *size = fread(*bytes, 1, (size_t)st.st_size, in);
    fclose(in);
    return NULL;
}

/* ---- the doors: one lock around everything ---- */

#define LOCKED(type, call)            \
    {                                 \
        pthread_mutex_lock(&lock);    \
        type result = call;           \
        pthread_mutex_unlock(&lock);  \
        return result;                \
    }

const char *forum_create(const char *user, const char *title)
LOCKED(const char *, create(user, title))

const char *forum_delete(const char *user, const char *title, const char *number)
LOCKED(const char *, delete(user, title, number))

const char *forum_edit(const char *user, const char *title, const char *number, const char *text)
LOCKED(const char *, edit(user, title, number, text))

const char *forum_remove(const char *user, const char *title)
LOCKED(const char *, remove_thread(user, title))

const char *forum_may_upload(const char *title, const char *file)
LOCKED(const char *, may_upload(title, file))

const char *forum_upload(const char *user, const char *title, const char *file, const char *bytes, size_t size)
LOCKED(const char *, upload(user, title, file, bytes, size))

const char *forum_download(const char *title, const char *file, char **bytes, size_t *size)
LOCKED(const char *, download(title, file, bytes, size))

const char *forum_post(const char *user, const char *title, const char *text)
{
    pthread_mutex_lock(&lock);
    struct thread *t = find(title);
    if (t != NULL)
        append(t, user, text, NULL);
    pthread_mutex_unlock(&lock);
    return t != NULL ? NULL : no_thread;
}

const char *forum_read(const char *title, char **lines)
{
    pthread_mutex_lock(&lock);
    struct thread *t = find(title);
    if (t != NULL)
        *lines = render(t);
    pthread_mutex_unlock(&lock);
    return t != NULL ? NULL : no_thread;
}

char *forum_list(void)
{
    char *all = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&all, &size);
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < thread_count; i++)
        fprintf(out, "  %s\n", threads[i]->title);
    pthread_mutex_unlock(&lock);
    fclose(out);
    return all;
}

void forum_close(void)
{
    pthread_mutex_lock(&lock);
    while (thread_count > 0)
        destroy(threads[--thread_count]);
}
