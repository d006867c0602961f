#define _GNU_SOURCE
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *need(void *memory)
{
	if (!memory) {
		fputs("no memory left\n", stderr);
		abort();
	}
	return memory;
}

void text_put(Text *t, const void *bytes, size_t n)
{
	if (t->length + n > t->room) {
		t->room = (t->length + n) * 2;
		t->at = need(realloc(t->at, t->room));
	}
	if (n)
		memcpy(t->at + t->length, bytes, n);
	t->length += n;
}

void text_printf(Text *t, const char *format, ...)
{
	va_list args;
	char *line;
	int n;

	va_start(args, format);
	n = vasprintf(&line, format, args);
	va_end(args);
	if (n < 0)
		need(NULL);
	text_put(t, line, (size_t)n);
	free(line);
}

void text_drop(Text *t, size_t n)
{
	t->length -= n;
	memmove(t->at, t->at + n, t->length);
}

void text_clear(Text *t)
{
	free(t->at);
	memset(t, 0, sizeof *t);
}

char *text_line(Text *t, size_t *taken)
{
	char *end = t->length ? memchr(t->at, '\n', t->length) : NULL;

	if (!end)
		return NULL;
	*taken = (size_t)(end - t->at) + 1;
	*end = '\0';
	return t->at;
}
