#include "accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buffer.h"

/* The file is read anew each time: it may be exchanged while the server runs. */
char *account_password(const char *name)
{
    struct buffer content = {0};
    char *found = NULL;
    file_read(ACCOUNTS_FILE, &content); /* no file: no accounts */
    buffer_add(&content, "\n", 1);      /* the last line may lack its newline */
    char *line;
    while (found == NULL && (line = buffer_take_line(&content)) != NULL) {
        char *words[2];
        line[strcspn(line, "\r")] = '\0';
        if (split(line, words, 2) == 2 && strcmp(words[0], name) == 0)
            found = copy(words[1]);
        free(line);
    }
    buffer_free(&content);
    return found;
}

bool account_add(const char *name, const char *password)
{
    FILE *file = fopen(ACCOUNTS_FILE, "ab+");
    if (file == NULL)
        return false;
    /* Without a newline at the end, the new account would be glued to the last one. */
    if (fseek(file, -1, SEEK_END) == 0 && fgetc(file) != '\n') {
        fseek(file, 0, SEEK_END);
        fputc('\n', file);
    }
    fseek(file, 0, SEEK_END);
    fprintf(file, "%s %s\n", name, password);
    return fclose(file) == 0;
}
