/* Attacks by numbers: more bytes, messages, errors and requests than anybody wants. */
#include "attack.h"

#include "port.h"

ATTACK(flood_the_uart) {
    for (;;) *(volatile uint8_t *)UART_BASE = (uint8_t)evidence.attempts++;
}

ATTACK(flood_errors) {
    partita_write(PARTITA_ERROR_MESSAGE, (uint32_t) "the sky is falling");
    for (;; evidence.attempts++) {
        partita_write(PARTITA_ERROR_DETAIL, evidence.attempts);
        partita_write(PARTITA_RAISE_ERROR, PARTITA_APPLICATION_ERROR);
    }
}

ATTACK(flood_unknown_errors) {
    for (;; evidence.attempts++) partita_write(PARTITA_RAISE_ERROR, next_random() | 0x100);
}

ATTACK(flood_doorbells) {
    for (;; evidence.attempts++) {
        partita_write(PARTITA_LATCH_INPUTS, 1);
        partita_write(PARTITA_PUBLISH_OUTPUTS, 1);
    }
}

/* `result` counts the messages that were taken. */
ATTACK(flood_its_port) {
    for (;; evidence.attempts++) {
        uint32_t message[2] = {evidence.attempts, 0xdeadbeef};
        evidence.result += port_send(LOWER_PORT, message, sizeof message) == PARTITA_NO_ERROR;
    }
}

ATTACK(receive_without_end) {
    uint32_t message[2];
    for (;; evidence.attempts++) evidence.result += port_receive(UPPER_PORT, message, sizeof message) >= 0;
}

ATTACK(flood_mode_requests) {
    for (;; evidence.attempts++) partita_write(PARTITA_MODE, PARTITA_MODE_NORMAL);
}

ATTACK(flood_port_lookups) {
    for (;; evidence.attempts++) evidence.result += port_find("nobody has a port of this name, and nobody ever will") != PORT_NONE;
}

/* Its output is never whole when it is published. */
ATTACK(publish_half_written_outputs) {
    for (;; evidence.attempts++) {
        poison = evidence.attempts << 16;
        partita_write(PARTITA_PUBLISH_OUTPUTS, 1);
        poison |= evidence.attempts & 0xffff;
    }
}
