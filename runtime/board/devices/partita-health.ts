/** The partita device's registers for errors that the guest's handler is told, and for its watchdog (partitions/sdk/partita.h). */
import type { BusResult } from "../../hart/engine.ts";
import { NO_ANSWER } from "./device.ts";
import { PARTITA_REGISTERS as R } from "./partita.ts";
import type { HealthHost } from "./partita-host.ts";

const WORD = 2 ** 32;

export const readHealth = (host: HealthHost, offset: number): number => {
  const told = host.propagatedError();
  switch (offset) {
    case R.HEALTH_ERROR:
      return told?.error ?? 0;
    case R.HEALTH_DETAIL:
      return told?.detail ?? 0;
    case R.HEALTH_CYCLE:
      return (told?.cycle ?? 0) % WORD;
    case R.HEALTH_CYCLE + 4:
      return Math.floor((told?.cycle ?? 0) / WORD);
    case R.WATCHDOG_PERIOD:
      return host.watchdogPeriod() % WORD;
    case R.WATCHDOG_PERIOD + 4:
      return Math.floor(host.watchdogPeriod() / WORD);
    default:
      return NO_ANSWER;
  }
};

export const writeHealth = (host: HealthHost, offset: number): BusResult => {
  if (offset === R.HEALTH_COMPLETE) host.completeError();
  else if (offset === R.WATCHDOG_KICK) host.kickWatchdog();
  else return "fault";
  return "ok";
};
