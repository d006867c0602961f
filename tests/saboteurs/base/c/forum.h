/* The threads of the forum, and the commands that change them. Nothing here knows of the network. */
#ifndef FORUM_H
#define FORUM_H

#include <stdbool.h>

#include "buffer.h"

/* Carry out CRT, MSG, DLT, EDT, LST, RDT or RMV. `words` are the command and its arguments. The
 * answer is written as the client expects it (see server.c). False: there is no such command. */
bool forum_do(const char *user, char *words[], int count, struct buffer *answer);

/* Whether this file may be uploaded. If not, the answer says why. */
bool forum_may_upload(const char *title, const char *name, struct buffer *answer);
void forum_upload(const char *user, const char *title, const char *name,
                  const char *bytes, size_t size, struct buffer *answer);

/* Answer with a file: its size, then its bytes. */
void forum_download(const char *title, const char *name, struct buffer *answer);

/* Delete all files that the forum has made, and credentials.txt. */
void forum_close(void);

#endif
