/* The accounts in credentials.txt: a name, a space and a password on each line. */
#ifndef ACCOUNTS_H
#define ACCOUNTS_H

#include <stdbool.h>

#define ACCOUNTS_FILE "credentials.txt"

/* The password of this user, or NULL for a new one. The caller frees it. */
char *account_password(const char *name);

/* Append an account as the last line. False: the file cannot be written. */
bool account_add(const char *name, const char *password);

#endif
