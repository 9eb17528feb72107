// A thread for one walk: what it changes of its host, and the engine's memory, end with it.

import { parentPort, workerData } from "node:worker_threads";
import { walk } from "./walk.mjs";

const { plan, seed, module } = workerData;
parentPort?.postMessage(await walk(plan, seed, module));
