// Mailing a receipt: quick, and always well.

import type { Payload, Task } from "tidegate";
import { orderIn } from "./order.js";
import { pause } from "./pause.js";

export async function receipt({ input, signal }: Task): Promise<Payload> {
  const order = orderIn(input);
  const address = `${order.customer.split(" ")[0]?.normalize("NFD").replace(/\W/g, "").toLowerCase()}@example.org`;
  await pause(80 + (order.number % 5) * 20, signal);
  return { mailed: address, lines: 3 };
}
