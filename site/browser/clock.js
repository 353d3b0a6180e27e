// A day that a page was built for → the reader's later days in China, one after another.
import { dayInChina, untilTomorrow } from "./lights.js";

/** Calls back with the reader's day whenever it is later than the last one, now or while the page stays open. */
export const eachLaterDay = (last, call) => {
  let timer = 0;
  const look = () => {
    const now = Date.now();
    const day = dayInChina(now);
    clearTimeout(timer);
    timer = setTimeout(look, untilTomorrow(now) + 1000);
    if (day <= last) return;
    last = day;
    call(day);
  };
  // A machine that slept past midnight wakes with its timers late.
  document.addEventListener("visibilitychange", look);
  look();
};
