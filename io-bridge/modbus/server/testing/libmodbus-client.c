/* A master on libmodbus: asks the server at PORT of loopback for everything that the library can ask, and prints the answers, a line each. */
#include <errno.h>
#include <modbus.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void say(const char *what, int result, const uint16_t *registers) {
    printf("%s:", what);
    if (result < 0) printf(" %s", modbus_strerror(errno));
    for (int i = 0; registers != NULL && i < result; i++) printf(" %04x", registers[i]);
    printf("\n");
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    modbus_t *modbus = modbus_new_tcp("127.0.0.1", atoi(argv[1]));
    modbus_set_slave(modbus, 1);
    if (modbus_connect(modbus) < 0) return 1;
    uint16_t registers[MODBUS_MAX_READ_REGISTERS];
    uint8_t bits[8];
    const uint16_t setpoint[2] = { 0x4080, 0x0000 };
    const uint8_t on[2] = { 1, 1 };

    say("input registers", modbus_read_input_registers(modbus, 0, 2, registers), registers);
    say("write registers", modbus_write_registers(modbus, 0, 2, setpoint), NULL);
    say("holding registers", modbus_read_registers(modbus, 0, 2, registers), registers);
    say("write register", modbus_write_register(modbus, 2, 0x12), NULL);
    say("mask write", modbus_mask_write_register(modbus, 2, 0xf2, 0x25), NULL);
    say("write and read", modbus_write_and_read_registers(modbus, 0, 2, setpoint, 0, 3, registers), registers);
    say("write coils", modbus_write_bits(modbus, 0, 2, on), NULL);
    say("write coil", modbus_write_bit(modbus, 0, 0), NULL);
    int read = modbus_read_bits(modbus, 0, 2, bits);
    printf("coils: %d %d %d\n", read, bits[0], bits[1]);
    read = modbus_read_input_bits(modbus, 0, 1, bits);
    printf("discrete inputs: %d %d\n", read, bits[0]);
    say("not there", modbus_read_registers(modbus, 500, 1, registers), registers);
    say("half a value", modbus_write_register(modbus, 0, 1), NULL);
    modbus_close(modbus);
    modbus_free(modbus);
    return 0;
}
