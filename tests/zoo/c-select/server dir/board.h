#ifndef BOARD_H
#define BOARD_H

#include <stdio.h>

#include "text.h"

typedef struct topic Topic;

enum outcome { FINE, TAKEN, NO_NUMBER, NOT_YOURS, BROKEN };

Topic *board_find(const char *title);
unsigned long board_serial(const Topic *topic); /* another one when a title is used again */
enum outcome board_create(const char *title, const char *user);
void board_post(Topic *topic, const char *user, const char *text);
enum outcome board_delete(Topic *topic, const char *number, const char *user);
enum outcome board_edit(Topic *topic, const char *number, const char *user, const char *text);
enum outcome board_remove(Topic *topic, const char *user);
int board_list(Text *out, const char *before);
int board_print(const Topic *topic, Text *out, const char *before);
int board_has_file(const Topic *topic, const char *name);
void board_add_file(Topic *topic, const char *name, const char *user);
char *board_file_path(const char *title, const char *name); /* to be freed */
void board_wipe(void);

#endif
