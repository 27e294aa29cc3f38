/* Queues of items of one size. An item goes to a task that waits for it, else into the queue, else its sender waits. */
#include <stddef.h>

#include "bytes.h"
#include "kernel.h"

static struct queue {
    uint32_t first, count;
    char senders, receivers; /* their addresses are what tasks wait for */
} queues[QUEUES_MAX];

static uint8_t *place(uint32_t index, uint32_t position) {
    const struct queue_definition *definition = &application.queues[index];
    uint32_t at = (queues[index].first + position) % definition->capacity;
    return (uint8_t *)definition->items + at * definition->item_bytes;
}

void queue_put(uint32_t index, uint8_t *item, instant deadline) {
    struct queue *queue = &queues[index];
    const struct queue_definition *definition = &application.queues[index];
    struct task *receiver = most_urgent_waiting_for(&queue->receivers);
    if (receiver != NULL) {
        memcpy(receiver->buffer, item, definition->item_bytes);
        task_wake(receiver, OK);
    } else if (queue->count < definition->capacity) {
        memcpy(place(index, queue->count++), item, definition->item_bytes);
    } else {
        current->buffer = item;
        return task_wait(&queue->senders, deadline);
    }
    answer(OK);
}

void queue_take(uint32_t index, uint8_t *item, instant deadline) {
    struct queue *queue = &queues[index];
    const struct queue_definition *definition = &application.queues[index];
    if (queue->count == 0) {
        current->buffer = item;
        return task_wait(&queue->receivers, deadline);
    }
    memcpy(item, place(index, 0), definition->item_bytes);
    queue->first = (queue->first + 1) % definition->capacity;
    queue->count--;
    struct task *sender = most_urgent_waiting_for(&queue->senders);
    if (sender != NULL) {
        memcpy(place(index, queue->count++), sender->buffer, definition->item_bytes);
        task_wake(sender, OK);
    }
    answer(OK);
}
