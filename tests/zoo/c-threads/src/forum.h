/* The threads of the forum (not those of the system). Safe to call from any pthread: a call is one step. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* They return NULL if all went well, else a sentence for the user. */
const char *forum_create(const char *user, const char *title);
const char *forum_post(const char *user, const char *title, const char *text);
const char *forum_delete(const char *user, const char *title, const char *number);
const char *forum_edit(const char *user, const char *title, const char *number, const char *text);
const char *forum_remove(const char *user, const char *title);
const char *forum_may_upload(const char *title, const char *file);
const char *forum_upload(const char *user, const char *title, const char *file, const char *bytes, size_t size);

/* What they find is to be freed. */
const char *forum_read(const char *title, char **lines);
const char *forum_download(const char *title, const char *file, char **bytes, size_t *size);
char *forum_list(void);

/* Delete all files. Nothing can be done afterwards: the lock is kept. */
void forum_close(void);
