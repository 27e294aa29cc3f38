/*
 * What a task sees of memory: the program text, its stack and its regions, each as a top-of-range entry of the physical
 * memory protection, behind an unused one that holds its start (RISC-V Privileged §3.7.1). The kernel in M mode is not
 * bound by them, so it checks the addresses that it is given.
 */
#include "kernel.h"

#define TOP_OF_RANGE (1u << 3)

extern const uint8_t __text_start[], __shared_end[]; /* text and constants (link.ld) */

void view_init(struct view *view, const struct task_definition *definition) {
    uint8_t *stack = definition->stack;
    view->regions[0] = (struct region){ __text_start, __shared_end, MAY_READ | MAY_EXECUTE };
    view->regions[1] = (struct region){ stack, stack + definition->stack_bytes, MAY_READ | MAY_WRITE };
    for (uint32_t i = 0; i < TASK_REGIONS; i++) view->regions[2 + i] = definition->regions[i];
    for (uint32_t i = 0; i < VIEW_REGIONS; i++) {
        const struct region *region = &view->regions[i];
        uint32_t entry = region->access == 0 ? 0 : TOP_OF_RANGE | region->access;
        view->address[2 * i] = (uint32_t)region->start >> 2;
        view->address[2 * i + 1] = ((uint32_t)region->end + 3) >> 2;
        view->config[i / 2] |= entry << (i % 2 == 0 ? 8 : 24);
    }
}

void view_show(const struct view *view) {
    _Static_assert(VIEW_REGIONS == 6, "one line for each register");
    csr_write(pmpaddr0, view->address[0]);
    csr_write(pmpaddr1, view->address[1]);
    csr_write(pmpaddr2, view->address[2]);
    csr_write(pmpaddr3, view->address[3]);
    csr_write(pmpaddr4, view->address[4]);
    csr_write(pmpaddr5, view->address[5]);
    csr_write(pmpaddr6, view->address[6]);
    csr_write(pmpaddr7, view->address[7]);
    csr_write(pmpaddr8, view->address[8]);
    csr_write(pmpaddr9, view->address[9]);
    csr_write(pmpaddr10, view->address[10]);
    csr_write(pmpaddr11, view->address[11]);
    csr_write(pmpcfg0, view->config[0]);
    csr_write(pmpcfg1, view->config[1]);
    csr_write(pmpcfg2, view->config[2]);
}

/* Whether all of it lies in one region with such access. */
bool view_allows(const struct view *view, uint32_t address, uint32_t bytes, uint32_t access) {
    for (uint32_t i = 0; i < VIEW_REGIONS; i++) {
        const struct region *region = &view->regions[i];
        uint32_t start = (uint32_t)region->start, end = (uint32_t)region->end;
        if ((region->access & access) != access || address < start || address >= end) continue;
        if (bytes <= end - address) return true;
    }
    return false;
}
