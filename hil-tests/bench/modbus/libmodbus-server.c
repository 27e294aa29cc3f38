/* A Modbus TCP server as libmodbus's documentation has one for many clients: select, and one request of each that is ready.
 * libmodbus-server PORT serves ten holding registers on loopback until it is killed. */
#include <errno.h>
#include <modbus.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <unistd.h>

enum { REGISTERS = 10, BACKLOG = 128 };

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    modbus_t *modbus = modbus_new_tcp("127.0.0.1", atoi(argv[1]));
    modbus_mapping_t *mapping = modbus_mapping_new(0, 0, REGISTERS, 0);
    int listener = modbus_tcp_listen(modbus, BACKLOG);
    if (mapping == NULL || listener < 0) {
        perror("modbus_tcp_listen");
        return 1;
    }
    fd_set open;
    FD_ZERO(&open);
    FD_SET(listener, &open);
    int last = listener;
    for (;;) {
        fd_set ready = open;
        if (select(last + 1, &ready, NULL, NULL, NULL) < 0) return 1;
        for (int s = 0; s <= last; s++) {
            if (!FD_ISSET(s, &ready)) continue;
            if (s == listener) {
                int client = modbus_tcp_accept(modbus, &listener);
                if (client < 0) continue;
                FD_SET(client, &open);
                if (client > last) last = client;
                continue;
            }
            uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
            modbus_set_socket(modbus, s);
            int length = modbus_receive(modbus, query);
            if (length > 0) {
                modbus_reply(modbus, query, length, mapping);
            } else if (length < 0) {
                close(s);
                FD_CLR(s, &open);
            }
        }
    }
}
