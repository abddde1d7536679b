// A Modbus TCP server on libmodbus whose registers are given in a file, for tests of real register maps.
// usage: register_server FILE     prints the port that it listens on (127.0.0.1), then serves until it is killed
// FILE: lines "unit function address value"; function 3 = holding, 4 = input registers. An address that no line names is
// refused with exception 2, a unit that no line names is never answered, as on a serial line behind a gateway.
#include <modbus.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS 32
#define SPACE 65536

struct unit {
    modbus_mapping_t *map;
    unsigned char known[2][SPACE]; // [0] holding, [1] input
};
static struct unit *units[256];

static int load(const char *path) {
    FILE *file = fopen(path, "r");
    int unit, function, address, value;
    if (!file) return 0;
    while (fscanf(file, "%d %d %d %d", &unit, &function, &address, &value) == 4) {
        if (!units[unit]) {
            units[unit] = calloc(1, sizeof(struct unit));
            units[unit]->map = modbus_mapping_new(0, 0, SPACE, SPACE);
        }
        (function == 3 ? units[unit]->map->tab_registers : units[unit]->map->tab_input_registers)[address] = (uint16_t)value;
        units[unit]->known[function == 4][address] = 1;
    }
    fclose(file);
    return 1;
}

static void answer(modbus_t *context, const uint8_t *query, int length) {
    int unit = query[6], function = query[7], address = query[8] << 8 | query[9], count = query[10] << 8 | query[11];
    if (!units[unit]) return;
    if (function == 3 || function == 4)
        for (int i = 0; i < count; i++)
            if (address + i >= SPACE || !units[unit]->known[function == 4][address + i]) {
                modbus_reply_exception(context, query, MODBUS_EXCEPTION_ILLEGAL_DATA_ADDRESS);
                return;
            }
    modbus_reply(context, query, length, units[unit]->map);
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    if (argc < 2 || !load(argv[1])) return 1;
    struct sockaddr_in at = {.sin_family = AF_INET};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (void *)&at, sizeof at) || listen(listener, 8) || getsockname(listener, (void *)&at, &size)) return 1;
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    modbus_t *context = modbus_new_tcp("127.0.0.1", 0);
    struct pollfd lines[CONNECTIONS] = {{.fd = listener, .events = POLLIN}};
    int open = 1;
    uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
    for (;;) {
        if (poll(lines, open, -1) < 0) return 1;
        for (int i = open - 1; i > 0; i--) {
            if (!lines[i].revents) continue;
            modbus_set_socket(context, lines[i].fd);
            int length = modbus_receive(context, query);
            if (length > 0) answer(context, query, length);
            if (length < 0) {
                close(lines[i].fd);
                lines[i] = lines[--open];
            }
        }
        if (lines[0].revents && open < CONNECTIONS) {
            int line = accept(listener, NULL, NULL);
            if (line >= 0) lines[open++] = (struct pollfd){.fd = line, .events = POLLIN};
        }
    }
}
