#define _GNU_SOURCE
#include "users.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char path[] = "credentials.txt";

enum check users_check(const char *name, const char *password)
{
	enum check result = USER_UNKNOWN;
	FILE *f = fopen(path, "r");
	char *line = NULL;
	size_t room = 0;

	while (f && result == USER_UNKNOWN && getline(&line, &room, f) > 0) {
		char *gap = strchr(line, ' ');

		line[strcspn(line, "\r\n")] = '\0';
		if (!gap)
			continue;
		*gap = '\0';
		if (strcmp(line, name) == 0)
			result = password && strcmp(gap + 1, password) == 0 ? USER_OK : USER_WRONG;
	}
	free(line);
	if (f)
		fclose(f);
	return result;
}

int users_append(const char *name, const char *password)
{
	FILE *f = fopen(path, "a+");
	int last = '\n';

	if (!f)
		return -1;
	if (fseek(f, -1, SEEK_END) == 0) /* fails in an empty file */
		last = getc(f);
	fseek(f, 0, SEEK_END);
	fprintf(f, "%s%s %s", last == '\n' ? "" : "\n", name, password);
	return fclose(f);
}

void users_unlink(void)
{
	unlink(path);
}
