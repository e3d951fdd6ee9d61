/* SPDX-License-Identifier: Apache-2.0 */
/* Does to its process what the request's gate says, and admits everybody otherwise. */
#define _GNU_SOURCE
#include <kiosk_plugin.h>

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <unistd.h>

static const kiosk_host* known_host;

static int32_t put(kiosk_sink* sink, const char* text) {
    const kiosk_bytes bytes = {(const uint8_t*)text, strlen(text)};
    return sink->write(sink->ctx, bytes);
}

static void say(const char* text) {
    const kiosk_bytes line = {(const uint8_t*)text, strlen(text)};
    known_host->log(known_host->ctx, KIOSK_LOG_INFO, line);
}

static void crash(void) {
    volatile int* volatile nowhere = NULL;
    *nowhere = 1;
}
static void hang(void) {
    for (volatile unsigned i = 0;; i = i + 1) { // unsigned: it may go round for ever
    }
}
static void ends(void) {
    exit(7);
}
static void fork_process(void) {
    if (fork() == 0)
        _exit(0);
}
static void* idle(void* nothing) {
    return nothing;
}
static void start_thread(void) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, &idle, NULL) == 0)
        pthread_join(thread, NULL);
}
static void execute(void) {
    char* const none[] = {NULL};
    execve("/bin/true", none, none);
}
static void read_file(void) {
    close(open("/etc/passwd", O_RDONLY));
}
static void open_socket(void) {
    close(socket(AF_INET, SOCK_STREAM, 0));
}
static void kill_parent(void) {
    kill(getppid(), 0);
}
static void trace_parent(void) {
    ptrace(PTRACE_ATTACH, getppid(), NULL, NULL);
}
static void run_memory(void) {
    mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
static void take_signal(void) {
    signal(SIGSYS, SIG_IGN);
}
static void print(void) {
    printf("a plugin has nothing to print\n");
    fprintf(stderr, "nor to complain\n");
    fflush(stdout);
}
/* Takes memory until there is no more, and touches it. */
static void eat_memory(void) {
    for (int i = 0; i < 4096; ++i) {
        char* piece = malloc(1 << 20);
        if (piece == NULL)
            abort();
        memset(piece, 1, 1 << 20);
    }
}
static void deep_stack(void) {
    volatile char piece[65536];
    piece[0] = 1;
    if (piece[0] == 1)
        deep_stack();
    piece[1] = 2;
}
static void log_flood(void) {
    static char line[100000];
    memset(line, 'x', sizeof line - 1);
    for (int i = 0; i < 100000; ++i)
        say(line);
}
static void last_words(void) {
    say("these are my last words");
    crash();
}
/* From here on: what a plugin whose code has been taken over could do with the socket, descriptor 3. */
static void send_bytes(const void* bytes, size_t size) {
    send(3, bytes, size, MSG_NOSIGNAL);
}
static void send_garbage(void) {
    send_bytes("HTTP/1.1 200 OK\r\n\r\n", 19);
}
static void send_huge(void) {
    const uint32_t header[2] = {0xffffffffu, 5}; /* a reply of four gigabytes */
    send_bytes(header, sizeof header);
    hang();
}
static void send_part(void) {
    const uint32_t header[2] = {100, 5};
    send_bytes(header, sizeof header);
    hang();
}
static void send_ready(void) {
    const uint32_t header[2] = {0, 3};
    send_bytes(header, sizeof header);
}
static void send_many_lines(void) {
    for (int i = 0; i < 1000; ++i) {
        const uint32_t header[2] = {0, 6 | 2 << 8};
        send_bytes(header, sizeof header);
    }
}
static void send_twice(void) { /* a reply of its own before the true one: the next call would get an old answer */
    const char reply[] = "\x16\0\0\0\x05\0\0\0{\"outcome\":\"admitted\"}";
    send_bytes(reply, sizeof reply - 1);
}
static void close_socket(void) {
    close(3);
    hang();
}

static const struct {
    const char* gate;
    void (*act)(void);
} acts[] = {
    {"\"gate\":\"crash\"", crash},
    {"\"gate\":\"abort\"", abort},
    {"\"gate\":\"ends\"", ends},
    {"\"gate\":\"hang\"", hang},
    {"\"gate\":\"fork\"", fork_process},
    {"\"gate\":\"thread\"", start_thread},
    {"\"gate\":\"execute\"", execute},
    {"\"gate\":\"read_file\"", read_file},
    {"\"gate\":\"socket\"", open_socket},
    {"\"gate\":\"kill_parent\"", kill_parent},
    {"\"gate\":\"trace_parent\"", trace_parent},
    {"\"gate\":\"run_memory\"", run_memory},
    {"\"gate\":\"take_signal\"", take_signal},
    {"\"gate\":\"print\"", print},
    {"\"gate\":\"eat_memory\"", eat_memory},
    {"\"gate\":\"deep_stack\"", deep_stack},
    {"\"gate\":\"log_flood\"", log_flood},
    {"\"gate\":\"last_words\"", last_words},
    {"\"gate\":\"send_garbage\"", send_garbage},
    {"\"gate\":\"send_huge\"", send_huge},
    {"\"gate\":\"send_part\"", send_part},
    {"\"gate\":\"send_ready\"", send_ready},
    {"\"gate\":\"send_many_lines\"", send_many_lines},
    {"\"gate\":\"send_twice\"", send_twice},
    {"\"gate\":\"close_socket\"", close_socket},
};

static int has(kiosk_bytes request, const char* gate) {
    return memmem(request.data, request.size, gate, strlen(gate)) != NULL;
}

static int32_t open_plugin(const kiosk_host* host, kiosk_bytes config, void** self, kiosk_sink* problem) {
    (void)config, (void)problem;
    known_host = host;
#ifdef AT_OPENING
    AT_OPENING();
#endif
    *self = calloc(1, sizeof(int));
    return KIOSK_OK;
}

static int32_t call_plugin(void* self, kiosk_bytes method, kiosk_bytes request, kiosk_sink* reply) {
    int* const calls = self;
    (void)method;
    ++*calls;
    /* Wears out: a fresh process does not. */
    if (has(request, "\"gate\":\"third_call\"") && *calls % 3 == 0)
        crash();
    if (has(request, "\"gate\":\"reply_flood\"")) {
        static const uint8_t piece[65536] = {'x'};
        const kiosk_bytes bytes = {piece, sizeof piece};
        for (int i = 0; i < 160; ++i)
            reply->write(reply->ctx, bytes);
        return KIOSK_OK;
    }
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; ++i)
        if (has(request, acts[i].gate))
            acts[i].act();
    return put(reply, "{\"outcome\":\"admitted\"}");
}

static void close_plugin(void* self) {
    free(self);
}

#ifdef AT_LOADING
__attribute__((constructor)) static void at_loading(void) {
    open_socket();
}
#endif

const kiosk_plugin* kiosk_plugin_v1(void) {
    static const kiosk_plugin table = {sizeof(kiosk_plugin), KIOSK_ABI_MAJOR, KIOSK_ABI_MINOR, 0,
                                       open_plugin,          call_plugin,     close_plugin};
    return &table;
}
