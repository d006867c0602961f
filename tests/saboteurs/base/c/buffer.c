#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *need(void *memory)
{
    if (memory == NULL) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    return memory;
}

char *copy(const char *text)
{
    return need(strdup(text));
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t count)
{
    if (buffer->length + count > buffer->room) {
        buffer->room = 2 * (buffer->length + count);
        buffer->data = need(realloc(buffer->data, buffer->room));
    }
    if (count > 0)
        memcpy(buffer->data + buffer->length, bytes, count);
    buffer->length += count;
}

void buffer_print(struct buffer *buffer, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    int length = vsnprintf(NULL, 0, format, values); /* how long it will be */
    va_end(values);
    char *text = need(malloc((size_t)length + 1));
    va_start(values, format);
    vsnprintf(text, (size_t)length + 1, format, values);
    va_end(values);
    buffer_add(buffer, text, (size_t)length);
    free(text);
}

void buffer_drop(struct buffer *buffer, size_t count)
{
    buffer->length -= count;
    if (count > 0)
        memmove(buffer->data, buffer->data + count, buffer->length);
}

void buffer_free(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}

char *buffer_take_line(struct buffer *buffer)
{
    char *end = buffer->length ? memchr(buffer->data, '\n', buffer->length) : NULL;
    if (end == NULL)
        return NULL;
    size_t length = (size_t)(end - buffer->data);
    char *line = need(malloc(length + 1));
    memcpy(line, buffer->data, length);
    line[length] = '\0';
    buffer_drop(buffer, length + 1);
    return line;
}

bool file_read(const char *name, struct buffer *content)
{
    FILE *file = fopen(name, "rb");
    if (file == NULL)
        return false;
    char part[65536];
    size_t count;
    while ((count = fread(part, 1, sizeof part, file)) > 0)
        buffer_add(content, part, count);
    bool good = !ferror(file);
    fclose(file);
    return good;
}

bool file_write(const char *name, const void *bytes, size_t count)
{
    FILE *file = fopen(name, "wb");
    if (file == NULL)
        return false;
    bool good = fwrite(bytes, 1, count, file) == count;
    return fclose(file) == 0 && good;
}

int split(char *line, char *words[], int most)
{
    int count = 0;
    while (count < most) {
        line += strspn(line, " \t\r");
        if (*line == '\0')
            break;
        words[count++] = line;
        if (count == most)
            break;
        line += strcspn(line, " \t\r");
        if (*line != '\0')
            *line++ = '\0';
    }
    return count;
}
