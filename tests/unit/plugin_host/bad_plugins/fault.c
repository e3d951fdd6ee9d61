/* SPDX-License-Identifier: Apache-2.0 */
/* The part of a bad plugin that names symbols which no plugin should name; one fault a build. */
#define _GNU_SOURCE
#include "fault.h"

#include <kiosk_plugin.h>

#if defined(FAULT_THREAD)
#include <pthread.h>
#include <stddef.h>
static void* nothing(void* unused) {
    return unused;
}
void fault_in_call(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, nothing, NULL) == 0)
        pthread_join(thread, NULL);
}
#elif defined(FAULT_PROCESS)
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>
void fault_in_call(void) {
    const pid_t child = fork();
    if (child == 0)
        _exit(0);
    if (child > 0)
        waitpid(child, NULL, 0);
}
#elif defined(FAULT_EXIT)
#include <unistd.h>
void fault_in_call(void) {
    _exit(0);
}
#elif defined(FAULT_SOCKET)
#include <sys/socket.h>
#include <unistd.h>
void fault_in_call(void) {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (descriptor >= 0)
        close(descriptor);
}
#elif defined(FAULT_FILE)
#include <fcntl.h>
#include <unistd.h>
void fault_in_call(void) {
    const int descriptor = open("/etc/hostname", O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0)
        close(descriptor);
}
#elif defined(FAULT_PRINTS)
#include <stdio.h>
void fault_in_call(void) {
    puts("here I am");
}
#elif defined(FAULT_SETS_LOCALE)
#include <locale.h>
void fault_in_call(void) {
    setlocale(LC_ALL, "C.UTF-8");
}
#elif defined(FAULT_FOLDER)
#include <unistd.h>
void fault_in_call(void) {
    if (chdir("/") != 0)
        return;
}
#else
void fault_in_call(void) {}
#endif

#if defined(FAULT_CLOCK)
#include <stddef.h>
#include <time.h>
long fault_number(void) {
    return (long)time(NULL);
}
#elif defined(FAULT_ENVIRONMENT)
#include <stdlib.h>
#include <string.h>
long fault_number(void) {
    const char* home = getenv("HOME");
    return home == NULL ? 0 : (long)strlen(home) * 1000 + home[strlen(home) - 1];
}
#else
long fault_number(void) {
    return 7;
}
#endif

const char* fault_name(void) {
    return FAULT;
}
uint32_t fault_abi_major(void) {
#if defined(FAULT_ABI)
    return KIOSK_ABI_MAJOR + 1;
#else
    return KIOSK_ABI_MAJOR;
#endif
}
uint32_t fault_reserved(void) {
#if defined(FAULT_RESERVED)
    return 1;
#else
    return 0;
#endif
}

#if defined(FAULT_SECOND_EXPORT)
KIOSK_PLUGIN_EXPORT int kiosk_plugin_extra(void);
int kiosk_plugin_extra(void) {
    return 1;
}
#endif
