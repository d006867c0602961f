#include "accounts.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME "credentials.txt"

struct account {
    char *name;
    char *password;
    bool online;
    struct account *next;
};

static struct account *accounts;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct account *look_up(const char *name)
{
    struct account *a = accounts;
    while (a != NULL && strcmp(a->name, name) != 0)
        a = a->next;
    return a;
}

static struct account *add(const char *name, const char *password)
{
    struct account *a = malloc(sizeof *a);
    a->name = strdup(name);
    a->password = strdup(password);
    a->online = false;
    a->next = accounts;
    accounts = a;
    return a;
}

void accounts_load(void)
{
    FILE *file = fopen(FILE_NAME, "r");
    if (file == NULL) {
        printf("no " FILE_NAME ": there are no accounts yet\n");
        return;
    }
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, file) != -1) {
        char *rest = line;
        char *name = strsep(&rest, " ");
        char *password = rest ? strsep(&rest, "\r\n") : NULL;
        if (password != NULL && *name != '\0' && *password != '\0')
            add(name, password);
    }
    free(line);
    fclose(file);
}

bool account_exists(const char *name)
{
    pthread_mutex_lock(&lock);
    bool found = look_up(name) != NULL;
    pthread_mutex_unlock(&lock);
    return found;
}

const char *account_enter(const char *name, const char *password)
{
    const char *problem = NULL;
    pthread_mutex_lock(&lock);
    struct account *a = look_up(name);
    if (a == NULL || strcmp(a->password, password) != 0)
        problem = "That is not your password.";
    else if (a->online)
        problem = "You are here already, at another terminal.";
    else
        a->online = true;
    pthread_mutex_unlock(&lock);
    return problem;
}

static bool append(const char *name, const char *password)
{
    FILE *file = fopen(FILE_NAME, "a+b");
    if (file == NULL)
        return false;
    bool open_line = fseek(file, -1, SEEK_END) == 0 && fgetc(file) != '\n';
    fseek(file, 0, SEEK_END);
    fprintf(file, "%s%s %s\n", open_line ? "\n" : "", name, password);
    return fclose(file) == 0;
}

const char *account_register(const char *name, const char *password)
{
    const char *problem = NULL;
    pthread_mutex_lock(&lock);
    if (look_up(name) != NULL)
        problem = "This name has been taken while you were thinking.";
    else if (!append(name, password))
        problem = "The server cannot write accounts down.";
    else
        add(name, password)->online = true;
    pthread_mutex_unlock(&lock);
    return problem;
}

void account_leave(const char *name)
{
    pthread_mutex_lock(&lock);
    struct account *a = look_up(name);
    if (a != NULL)
        a->online = false;
    pthread_mutex_unlock(&lock);
}

void accounts_close(void)
{
    pthread_mutex_lock(&lock);
    unlink(FILE_NAME);
}
