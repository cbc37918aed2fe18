/* Loaded before the C library: folders are listed last entry first, so that a program which relies on the order of a
   directory makes something else. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct listing {
    DIR *of;
    struct dirent64 **entries;
    size_t left;
    struct listing *next;
};

static struct listing *listings;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct dirent64 *next_of_system(DIR *directory) {
    static struct dirent64 *(*system_readdir)(DIR *);
    if (!system_readdir) system_readdir = dlsym(RTLD_NEXT, "readdir64");
    return system_readdir(directory);
}

static struct listing *listing_of(DIR *directory) {
    struct listing *found = listings;
    while (found && found->of != directory) found = found->next;
    if (found) return found;
    found = calloc(1, sizeof *found);
    if (!found) return NULL;
    found->of = directory;
    for (struct dirent64 *entry; (entry = next_of_system(directory));) {
        struct dirent64 **more = realloc(found->entries, (found->left + 1) * sizeof *more);
        struct dirent64 *copy = malloc(entry->d_reclen);
        if (!more || !copy) abort();
        memcpy(copy, entry, entry->d_reclen);
        found->entries = more;
        found->entries[found->left++] = copy;
    }
    found->next = listings;
    listings = found;
    return found;
}

static void forget(DIR *directory) {
    struct listing **at = &listings;
    while (*at && (*at)->of != directory) at = &(*at)->next;
    struct listing *gone = *at;
    if (!gone) return;
    *at = gone->next;
    /* The entries stay: the caller may hold the last one. A build lists few folders. */
    free(gone);
}

struct dirent64 *readdir64(DIR *directory) {
    pthread_mutex_lock(&lock);
    struct listing *listing = listing_of(directory);
    struct dirent64 *entry = listing && listing->left ? listing->entries[--listing->left] : NULL;
    pthread_mutex_unlock(&lock);
    return entry;
}

struct dirent *readdir(DIR *directory) {
    return (struct dirent *)readdir64(directory);
}

int closedir(DIR *directory) {
    static int (*system_closedir)(DIR *);
    if (!system_closedir) system_closedir = dlsym(RTLD_NEXT, "closedir");
    pthread_mutex_lock(&lock);
    forget(directory);
    pthread_mutex_unlock(&lock);
    return system_closedir(directory);
}

void rewinddir(DIR *directory) {
    static void (*system_rewinddir)(DIR *);
    if (!system_rewinddir) system_rewinddir = dlsym(RTLD_NEXT, "rewinddir");
    pthread_mutex_lock(&lock);
    forget(directory);
    pthread_mutex_unlock(&lock);
    system_rewinddir(directory);
}
