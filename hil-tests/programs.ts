/** The C programs in hil-tests/programs, built with the SDK as any C guest is, for tests that compare boards. */
import { type ChildProcess, execFile, execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What building and running them needs. */
export const PROGRAM_PEERS = ["riscv64-unknown-elf-gcc", "qemu-system-riscv32"] as const;

/** Builds `programs/<name>.c` into `directory`. @returns the ELF's path. */
export const buildProgram = (name: string, directory: string): string => {
  const out = `${directory}/${name}.elf`;
  const sources = [pathOf(`./programs/${name}.c`), pathOf("./programs/print.c")];
  execFileSync("sh", [pathOf("../partitions/sdk/build.sh"), out, ...sources], { stdio: "pipe" });
  return out;
};

/** Assembles `programs/<name>.S`, which has its own start, into `directory`. @returns the ELF's path. */
export const assembleProgram = (name: string, directory: string): string => {
  const out = `${directory}/${name}.elf`;
  const target = ["-march=rv32imafdc", "-mabi=ilp32d", "-mcmodel=medany", "-nostdlib", "-Ttext=0x80000000"];
  const sources = [pathOf(`./programs/${name}.S`), "-Wl,--no-warn-rwx-segments"];
  execFileSync("riscv64-unknown-elf-gcc", [...target, ...sources, "-o", out], { stdio: "pipe" });
  return out;
};

/** Options for QEMU: a hart with M and U mode alone. */
export const MICROCONTROLLER_IN_QEMU = ["-cpu", "rv32,s=false,h=false"] as const;
/** Time goes by instructions, 8 ns each, so that a busy host does not show; input comes while a guest idles in real time. */
export const INSTRUCTION_TIME_IN_QEMU = {
  withInput: ["-icount", "shift=3"],
  withoutInput: ["-icount", "shift=3,sleep=off"],
} as const;

export interface QemuOptions {
  /** Options for QEMU itself. */
  readonly machine?: readonly string[];
  /** The input is sent when this has been printed: a guest that sets its UART up loses what came before. */
  readonly prompt?: string;
}

/** Its UART output on QEMU's `virt` machine, and QEMU's exit status. */
export const runInQemu = (
  elf: string,
  input = "",
  { machine: options = [], prompt }: QemuOptions = {},
): Promise<{ readonly output: string; readonly status: number }> =>
  new Promise((resolve) => {
    const machine = [
      "-M",
      "virt",
      "-bios",
      "none",
      "-nographic",
      "-monitor",
      "none",
      "-serial",
      "stdio",
      "-kernel",
      elf,
      ...options,
    ];
    const child = execFile("qemu-system-riscv32", machine, { timeout: 20_000 }, (error, output) =>
      resolve({ output, status: error === null ? 0 : Number(error.code ?? -1) }),
    );
    // Left open: at the end of its input QEMU closes the line, and may lose output.
    if (prompt === undefined) child.stdin?.write(input);
    else sendAfter(child, prompt, input);
  });

const sendAfter = ({ stdin, stdout }: ChildProcess, prompt: string, input: string): void => {
  let printed = "";
  stdout?.on("data", function look(chunk: string) {
    printed += chunk;
    if (!printed.includes(prompt)) return;
    stdout.off("data", look);
    stdin?.write(input);
  });
};
