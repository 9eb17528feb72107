// What a call rejects with.

/** @param {() => Promise<unknown>} call @returns {Promise<any>} */
export async function rejection(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error("it did not reject");
}
