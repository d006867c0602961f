#ifndef USERS_H
#define USERS_H

enum check { USER_UNKNOWN, USER_WRONG, USER_OK };

/* password may be NULL: then a user who exists is USER_WRONG */
enum check users_check(const char *name, const char *password);
int users_append(const char *name, const char *password); /* 0 is good */
void users_unlink(void);

#endif
