// The three forms of a date in a field (RFC 9110 section 5.6.7). Only differences of dates are of
// use here: a device may have no calendar of its own.
//
//     Sun, 06 Nov 1994 08:49:37 GMT      Sunday, 06-Nov-94 08:49:37 GMT      Sun Nov  6 08:49:37 1994

import { parseDecimal } from "../protocol/decimal.js";

const months = "JanFebMarAprMayJunJulAugSepOctNovDec";

/** Seconds since 1970, or undefined if `text` is no such date. Two digits of a year: 1970 to 2069. */
export function parseHttpDate(text: string): number | undefined {
  const [weekday = "", ...parts] = text.split(/[ ,-]+/);
  const isAsctime = !text.includes(",");
  // Now in the order day, month, year, time.
  const [day, month, year, time, zone] = isAsctime
    ? [parts[1], parts[0], parts[3], parts[2], parts.length === 4 ? "GMT" : ""]
    : parts;
  if (weekday === "" || parts.length > 5 || zone !== "GMT") return undefined;
  const monthIndex = months.indexOf(month ?? "-") / 3;
  if (month?.length !== 3 || !Number.isInteger(monthIndex) || monthIndex < 0) return undefined;
  const [hours, minutes, seconds] = (time ?? "").split(":").map(parseDecimal);
  const days = daysSince1970(parseDecimal(year ?? ""), monthIndex, parseDecimal(day ?? ""));
  if (hours === undefined || minutes === undefined || seconds === undefined) return undefined;
  if (days === undefined || hours > 23 || minutes > 59 || seconds > 60) return undefined;
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

function daysSince1970(
  year: number | undefined,
  monthIndex: number,
  day: number | undefined,
): number | undefined {
  if (year === undefined || day === undefined || year > 9999) return undefined;
  const whole = year >= 100 ? year : year + (year < 70 ? 2000 : 1900);
  const ms = Date.UTC(whole, monthIndex, day);
  // A day that the month has not would have become one of the next month.
  const isDay = day >= 1 && new Date(ms).getUTCMonth() === monthIndex;
  return whole >= 1970 && isDay ? ms / 86_400_000 : undefined;
}
