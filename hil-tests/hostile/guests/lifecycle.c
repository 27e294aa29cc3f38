/* Attacks by starting, stopping and switching: itself, and whatever else would listen. */
#include "attack.h"

#include "port.h"

ATTACK(power_off) { store(FINISHER, 0x5555); }

ATTACK(power_off_as_failed) { store(FINISHER, 0x002a3333); }

/* At once, in each of its lives. */
ATTACK(reset_in_a_loop) { store(FINISHER, 0x7777); }

ATTACK(cold_starts_in_a_loop) { partita_write(PARTITA_MODE, PARTITA_MODE_COLD_START); }

ATTACK(warm_starts_in_a_loop) { partita_write(PARTITA_MODE, PARTITA_MODE_WARM_START); }

ATTACK(idle_by_its_own_wish) { partita_write(PARTITA_MODE, PARTITA_MODE_IDLE); }

/* It never says that it is NORMAL: what it publishes is nobody's. */
ATTACK_BEFORE_NORMAL(publish_while_it_starts) {
    for (;; evidence.attempts++) {
        poison = 0xdeadbeef;
        partita_write(PARTITA_PUBLISH_OUTPUTS, 1);
    }
}

ATTACK_BEFORE_NORMAL(send_while_it_starts) {
    for (;; evidence.attempts++) evidence.result += port_send(LOWER_PORT, (void *)&evidence, 8) == PARTITA_NO_ERROR;
}

ATTACK(modes_that_there_are_not) {
    for (uint32_t mode = 4; mode < 1000; mode++, evidence.attempts++) partita_write(PARTITA_MODE, mode);
    for (uint32_t bit = 2; bit < 32; bit++, evidence.attempts++) partita_write(PARTITA_MODE, 3 | 1u << bit);
    evidence.result = partita_read(PARTITA_MODE);
}

/* The other schedule would be its own. `result` counts refusals. */
ATTACK(switch_schedules_without_the_right) {
    for (; evidence.attempts < 300; evidence.attempts++) {
        partita_write(PARTITA_SCHEDULE_REQUEST, evidence.attempts % 3);
        evidence.result += partita_read(PARTITA_SCHEDULE_STATUS) != PARTITA_NO_ERROR;
    }
}

/* Every command to every partition, itself too, and to the module. `result` counts refusals. */
ATTACK(command_others_without_the_right) {
    static const char *const names[] = {"victim", "friend", "attacker", "nobody", ""};
    for (; evidence.attempts < 50; evidence.attempts++) {
        partita_write(PARTITA_CONTROL_LOOKUP, (uint32_t)names[evidence.attempts % 5]);
        partita_write(PARTITA_CONTROL_COMMAND, evidence.attempts / 5);
        evidence.result += partita_read(PARTITA_CONTROL_STATUS) != PARTITA_NO_ERROR;
    }
    for (uint32_t i = 0; i < 20; i++, evidence.attempts++) {
        partita_write(PARTITA_CONTROL_SELECT, i);
        partita_write(PARTITA_CONTROL_COMMAND, i % 8);
        partita_write(PARTITA_CONTROL_MODULE, i % 4);
    }
}

/* It never comes to be NORMAL, in none of its lives. */
ATTACK_BEFORE_NORMAL(fail_while_it_starts) { load(0); }

/* It deals with errors that there are none of, and leaves those that there are. */
ATTACK(complete_errors_of_nobody) {
    for (; evidence.attempts < 300; evidence.attempts++) {
        partita_write(PARTITA_HEALTH_COMPLETE, 1);
        evidence.result += partita_read(PARTITA_HEALTH_ERROR);
        partita_write(PARTITA_WATCHDOG_KICK, 1);
    }
}
