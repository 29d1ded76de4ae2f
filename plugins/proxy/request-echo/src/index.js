import { described } from "./echo.js";

// Answers each request with what arrived of it, as JSON.
addEventListener("fetch", (event) => event.respondWith(answer(event.request)));

async function answer(request) {
  const text = JSON.stringify(await described(request), null, 2);
  return new Response(`${text}\n`, { headers: { "content-type": "application/json" } });
}
