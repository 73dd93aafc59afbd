// Rows of the conformance table: which key opens what (S-14 to S-20).

import {
  badRequest,
  csv,
  enabling,
  type Fixture,
  forbidden,
  notFound,
  ok,
  okIdentifier,
  own,
  rid,
  type Row,
  unauthorized,
} from "./wire-row.js";

export const keyRows: Row[] = [
  {
    number: 1,
    title: "takes the vendor's CIK where there is no token",
    request: ({ acme }) => ({
      method: "GET",
      target: "/provision/manage/content/bare/",
      headers: [`x-exosite-cik: ${acme.credentials.cik}`, "X-Exosite-Token: "],
    }),
    expected: ok(csv, ""),
  },
  {
    number: 1,
    title: "looks at the token first",
    request: ({ acme }) => ({
      method: "GET",
      target: "/provision/manage/content/bare/",
      headers: [`X-Exosite-CIK: ${acme.credentials.cik}`, `X-Exosite-Token: ${rid}`],
    }),
    expected: unauthorized,
  },
  {
    number: 1,
    title: "refuses a CIK that belongs to no vendor",
    request: ({ nobody }) => ({
      method: "GET",
      target: "/provision/manage/content/bare/",
      headers: [`X-Exosite-CIK: ${nobody.cik}`],
    }),
    expected: forbidden,
  },
  {
    number: 1,
    title: "refuses a device's CIK",
    request: ({ cik }) => ({
      method: "GET",
      target: "/provision/manage/content/m/",
      headers: [`X-Exosite-CIK: ${cik}`],
    }),
    expected: forbidden,
  },
  {
    number: 1,
    title: "shows another vendor nothing",
    request: ({ other }) => ({
      method: "GET",
      target: "/provision/manage/content/m/",
      headers: [other.tokenHeader],
    }),
    expected: badRequest,
  },
  {
    number: 46,
    title: "takes the vendor's own name in X-Exosite-Vendor",
    request: (fixture) => {
      const request = enabling("free3", "")(fixture);
      return { ...request, headers: [...(request.headers ?? []), "X-Exosite-Vendor: acme"] };
    },
    expected: okIdentifier(csv),
  },
  {
    number: 46,
    title: "refuses another vendor's model that is not shared",
    request: ({ other }) => ({
      method: "POST",
      target: "/provision/manage/model/work/r5",
      headers: [other.tokenHeader, "X-Exosite-Vendor: acme"],
      body: `enable=true&owner=${other.credentials.rid}`,
    }),
    expected: forbidden,
  },
  {
    number: 46,
    title: "answers 404 for a vendor that is not there",
    request: (fixture) => {
      const request = enabling("free2", "")(fixture);
      return { ...request, headers: [...(request.headers ?? []), "X-Exosite-Vendor: none"] };
    },
    expected: notFound,
  },
  ...["", "None", rid, "é".repeat(20)].map((key) => ({
    number: 65,
    title: `refuses the key ${JSON.stringify(key)}`,
    request: () => ({
      method: "GET",
      target: `/provision/download?${own}`,
      headers: [`X-Exosite-CIK: ${key}`],
    }),
    expected: unauthorized,
  })),
  {
    number: 65,
    title: "refuses a request without a key",
    request: () => ({ method: "GET", target: `/provision/download?${own}` }),
    expected: unauthorized,
  },
  ...(["serial", "model"] as const).flatMap((what): Row[] => [
    ...["", "&id=fw-1&info=true", "&id=fw-1"].map((more, at) => ({
      number: ([65, 67, 66] as const)[at] ?? 65,
      title: `refuses the key of a ${what} that is deleted (S-34), ${more || "the list"}`,
      request: ({ deadKeys }: Fixture) => ({
        method: "GET",
        target: `/provision/download?${own}${more}`,
        headers: [`X-Exosite-CIK: ${deadKeys[what]}`],
      }),
      expected: unauthorized,
    })),
    {
      number: "-",
      title: `refuses what the key of a ${what} that is deleted writes (S-34)`,
      request: ({ deadKeys }) => ({
        method: "POST",
        target: "/onep:v1/stack/alias",
        headers: [`X-Exosite-CIK: ${deadKeys[what]}`],
        body: "temp=1",
      }),
      expected: unauthorized,
    },
  ]),
  {
    number: 65,
    title: "refuses a device's CIK in the token's header",
    request: ({ cik }) => ({
      method: "GET",
      target: `/provision/download?${own}`,
      headers: [`X-Exosite-Token: ${cik}`],
    }),
    expected: unauthorized,
  },
  {
    number: 67,
    title: "refuses a vendor's CIK on a device's URL",
    request: ({ acme }) => ({
      method: "GET",
      target: `/provision/download?${own}&id=fw-1&info=true`,
      headers: [`X-Exosite-CIK: ${acme.credentials.cik}`],
    }),
    expected: forbidden,
  },
];
