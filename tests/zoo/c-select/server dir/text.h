#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

/* Bytes that grow at the end and are taken away at the front. */
typedef struct {
	char *at;
	size_t length, room;
} Text;

void text_put(Text *t, const void *bytes, size_t n);
void text_printf(Text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_drop(Text *t, size_t n);
void text_clear(Text *t);
/* The first line, zero at its end instead of the newline, or NULL. *taken is what text_drop() needs afterwards. */
char *text_line(Text *t, size_t *taken);

void *need(void *memory);

#endif
