#ifndef SESSION_H
#define SESSION_H

#include <stdio.h>

#include "text.h"

typedef struct session {
	struct session *next;
	int fd;
	Text in, out;
	char *user;
	int inside;        /* logged in */
	int gone;          /* the connection is of no use any more */
	int last_words;    /* close when all is sent */
	FILE *source;      /* a download on its way */
	FILE *sink;        /* an upload on its way, or one that was offered */
	long left;         /* of it; -1: the size is not known yet */
	char *title, *file, *path;
	unsigned long serial;
} Session;

extern Session *sessions;
extern int closing;
extern const char *admin_password;

void session_new(int fd);
void session_readable(Session *s);
void session_writable(Session *s);
void session_free(Session *s);

#endif
