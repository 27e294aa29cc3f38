/** The plant: a tank that consumers draw from and a pump fills. */
import { type FieldDevice, fieldsOf, type Plant, type Quantity, type Restore } from "partita/rig";

const AREA = 0.2; // m²
const PUMP_FLOW = 5; // l/s
const HEIGHT = 2.5; // m, where it runs over

export class Tank implements Plant {
  /** s */
  time = 0;
  /** m */
  level = 1.5;
  /** What is drawn, l/s. */
  demand = 2;
  pumpOn = false;

  /** What its sensors and actuators hang on, as module.yaml addresses them. */
  readonly devices: readonly FieldDevice[] = [
    {
      name: "tank",
      port: 5020,
      unitId: 1,
      signals: [
        { name: "LT-1", area: "inputRegister", address: 0, wire: { type: "REAL" }, read: () => this.level },
        {
          name: "P-1",
          area: "coil",
          address: 0,
          write: (on) => {
            this.pumpOn = on === true;
          },
        },
      ],
    },
  ];

  /** What tests may watch and set: `plant.level`. */
  readonly quantities: Readonly<Record<string, Quantity>> = {
    level: {
      unit: "m",
      read: () => this.level,
      write: (level) => {
        this.level = Number(level);
      },
    },
    demand: {
      unit: "l/s",
      read: () => this.demand,
      write: (demand) => {
        this.demand = Number(demand);
      },
    },
  };

  step(seconds: number): void {
    const flow = (this.pumpOn ? PUMP_FLOW : 0) - this.demand;
    this.level = Math.min(Math.max(this.level + ((flow / 1000) * seconds) / AREA, 0), HEIGHT);
    this.time += seconds;
  }

  checkpoint(): Restore {
    return fieldsOf(this);
  }
}
