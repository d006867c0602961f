/* credentials.txt and the people who are logged in. Safe to call from any pthread. */
#pragma once

#include <stdbool.h>

void accounts_load(void);
bool account_exists(const char *name);

/* Both return NULL, or why the door stays closed. */
const char *account_enter(const char *name, const char *password);
const char *account_register(const char *name, const char *password);

void account_leave(const char *name);

/* Delete the file. Nobody comes in or goes out afterwards: the lock is kept. */
void accounts_close(void);
