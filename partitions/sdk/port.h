/*
 * Ports for C guests: find one by its name in the config, send, receive (ARINC 653 P1 §3.6.2). Of a queuing port each message is
 * received once; of a sampling port the last one, as often as it is asked for.
 */
#ifndef PARTITA_PORT_H
#define PARTITA_PORT_H

#include "partita.h"

#define PORT_NONE 0xffffffffu

/* The port's index, or PORT_NONE when the config gives this partition no such port. */
static inline uint32_t port_find(const char *name) {
    partita_write(PARTITA_PORT_LOOKUP, (uint32_t)name);
    return partita_read(PARTITA_PORT_SELECT);
}

/* Takes the oldest message, or a sampling port's last one, into `into`. Its length in bytes, or −PARTITA_NOT_AVAILABLE and so on. */
static inline int32_t port_receive(uint32_t port, void *into, uint32_t room) {
    uint32_t status;
    partita_write(PARTITA_PORT_SELECT, port);
    partita_write(PARTITA_PORT_BUFFER, (uint32_t)into);
    partita_write(PARTITA_PORT_LENGTH, room);
    partita_write(PARTITA_PORT_COMMAND, PARTITA_PORT_RECEIVE);
    /* The device has written the message behind the compiler's back. */
    __asm__ volatile("" ::: "memory");
    status = partita_read(PARTITA_PORT_STATUS);
    return status == PARTITA_NO_ERROR ? (int32_t)partita_read(PARTITA_PORT_LENGTH) : -(int32_t)status;
}

/* Puts a message behind the others, or in the place of the last one; it can be received after this slot. A PARTITA_* return code. */
static inline uint32_t port_send(uint32_t port, const void *message, uint32_t length) {
    __asm__ volatile("" ::: "memory");
    partita_write(PARTITA_PORT_SELECT, port);
    partita_write(PARTITA_PORT_BUFFER, (uint32_t)message);
    partita_write(PARTITA_PORT_LENGTH, length);
    partita_write(PARTITA_PORT_COMMAND, PARTITA_PORT_SEND);
    return partita_read(PARTITA_PORT_STATUS);
}

/* Whether a sampling port's message is no older than the channel's refresh period. */
static inline int port_is_valid(uint32_t port) {
    partita_write(PARTITA_PORT_SELECT, port);
    return partita_read(PARTITA_PORT_VALIDITY) != 0;
}

#endif
