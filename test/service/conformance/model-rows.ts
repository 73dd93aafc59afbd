// Rows of the conformance table: what a vendor does with models: procedures 26 to 32.

import type { VendorClient } from "../vendor-client.js";
import {
  asVendor,
  badRequest,
  conflict,
  csv,
  form,
  notFound,
  ok,
  reset,
  rid,
  type Row,
} from "./wire-row.js";

const formType = "application/x-www-form-urlencoded; charset=utf-8";

/** The models that these rows look at, change and delete. */
export async function prepareModels(acme: VendorClient): Promise<void> {
  for (const model of ["goes", "goes-too", "changes"]) {
    await acme.createModel(model, `rid=${rid}&options[]=nohistorical&options[]=noaliases`);
  }
}

export const modelRows: Row[] = [
  {
    number: 26,
    title: "lists all models in byte order",
    request: asVendor("GET", "/model/"),
    expected: ok(csv, "bare\r\nchanges\r\ngoes\r\ngoes-too\r\ngrouped\r\nlisted\r\nm\r\nwork\r\n"),
  },
  {
    number: 27,
    title: "lists the models that others share, by vendor and model",
    request: ({ other }) => ({
      method: "GET",
      target: "/provision/manage/model/?show=shared",
      headers: [other.tokenHeader],
    }),
    expected: ok(csv, "acme,bare\r\nacme,m\r\n"),
  },
  {
    number: 27,
    title: "answers 200 without rows where none is shared",
    request: asVendor("GET", "/model/?show=shared"),
    expected: ok(csv, ""),
  },
  ...[".", ".."].map((name): Row => ({
    number: 28,
    title: `refuses the name ${name}, which URLs have for other paths (S-12)`,
    request: asVendor("POST", "/model/", `model=${name}&rid=${rid}`),
    expected: badRequest,
  })),
  {
    number: 28,
    title: "creates a model",
    request: asVendor("POST", "/model/", `model=new&rid=${rid}&options[]=noaliases`, form),
    expected: reset,
  },
  {
    number: 28,
    title: "takes a share code, and options in escaped brackets or none",
    request: asVendor(
      "POST",
      "/model/",
      `model=new2&code=${rid}&options%5B%5D=nocomments&options=nohistorical`,
    ),
    expected: reset,
  },
  {
    number: 28,
    title: "refuses a model that exists",
    request: asVendor("POST", "/model/", `model=m&rid=${rid}`, form),
    expected: conflict,
  },
  {
    number: 28,
    title: "refuses both templates at once",
    request: asVendor("POST", "/model/", `model=new3&rid=${rid}&code=${rid}`, form),
    expected: badRequest,
  },
  {
    number: 28,
    title: "refuses an option it does not know",
    request: asVendor("POST", "/model/", `model=new3&rid=${rid}&options[]=nothing`, form),
    expected: badRequest,
  },
  {
    number: 28,
    title: "refuses a model without a template",
    request: asVendor("POST", "/model/", "model=new3", form),
    expected: badRequest,
  },
  {
    number: 29,
    title: "deletes a model by form",
    request: asVendor("POST", "/model/", "delete=true&model=goes-too", form),
    expected: reset,
  },
  {
    number: 29,
    title: "answers 404 for an unknown model",
    request: asVendor("POST", "/model/", "delete=true&model=none", form),
    expected: notFound,
  },
  {
    number: 30,
    title: "tells template and options as a form, in the order of the documents",
    request: asVendor("GET", "/model/goes"),
    expected: ok(formType, `rid=${rid}&options[]=noaliases&options[]=nohistorical`),
  },
  {
    number: 30,
    title: "answers 404 for an unknown model",
    request: asVendor("GET", "/model/none"),
    expected: notFound,
  },
  {
    number: 31,
    title: "changes nothing without a body",
    request: asVendor("PUT", "/model/changes"),
    expected: reset,
  },
  {
    number: 30,
    title: "tells what was there before an empty change",
    request: asVendor("GET", "/model/changes"),
    expected: ok(formType, `rid=${rid}&options[]=noaliases&options[]=nohistorical`),
  },
  {
    number: 31,
    title: "replaces the options, and the template by a code",
    request: asVendor("PUT", "/model/changes", `code=${rid}&options=nocomments`),
    expected: reset,
  },
  {
    number: 30,
    title: "tells what was replaced",
    request: asVendor("GET", "/model/changes"),
    expected: ok(formType, `code=${rid}&options[]=nocomments`),
  },
  {
    number: 31,
    title: "refuses an option it does not know",
    request: asVendor("PUT", "/model/changes", "options[]=none"),
    expected: badRequest,
  },
  {
    number: 31,
    title: "answers 404 for an unknown model",
    request: asVendor("PUT", "/model/none", `rid=${rid}`),
    expected: notFound,
  },
  {
    number: 32,
    title: "deletes a model, whatever body comes along",
    request: asVendor("DELETE", "/model/goes", "delete=true&model=goes"),
    expected: reset,
  },
  {
    number: 32,
    title: "answers 404 for an unknown model",
    request: asVendor("DELETE", "/model/none"),
    expected: notFound,
  },
];
