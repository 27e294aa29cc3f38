import { expect, test } from "vitest";
import { exposition } from "./exposition.ts";

test("the text format has help, type and samples of each family, with labels escaped, and buckets that are cumulative", () => {
  const text = exposition([
    {
      ...{ type: "counter", name: "partita_scans_total", help: "Scan cycles." },
      samples: [
        { labels: { partition: 'a"b\\c\nd', mode: "NORMAL" }, value: 3 },
        { labels: {}, value: Number.NaN },
      ],
    },
    { type: "gauge", name: "partita_nothing", help: "Nobody has it.", samples: [] },
    {
      ...{ type: "histogram", name: "partita_lateness_seconds", help: "Late." },
      samples: [
        {
          labels: { hart: "0" },
          buckets: [
            [1e-6, 2],
            [0.5, 3],
            [Infinity, 1],
          ],
          sum: 1.25,
        },
      ],
    },
  ]);
  expect(text.split("\n")).toEqual([
    "# HELP partita_scans_total Scan cycles.",
    "# TYPE partita_scans_total counter",
    String.raw`partita_scans_total{partition="a\"b\\c\nd",mode="NORMAL"} 3`,
    "partita_scans_total NaN",
    "# HELP partita_lateness_seconds Late.",
    "# TYPE partita_lateness_seconds histogram",
    'partita_lateness_seconds_bucket{hart="0",le="0.000001"} 2',
    'partita_lateness_seconds_bucket{hart="0",le="0.5"} 5',
    'partita_lateness_seconds_bucket{hart="0",le="+Inf"} 6',
    'partita_lateness_seconds_sum{hart="0"} 1.25',
    'partita_lateness_seconds_count{hart="0"} 6',
    "",
  ]);
});
