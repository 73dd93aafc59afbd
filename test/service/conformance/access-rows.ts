// The authorisation matrix: every procedure with every kind of key. `$M` stands for a model of the
// vendor acme, of which there is one for each column that may change it; `$OWNER` for acme's RID,
// `$VIEW` for the token of a view. A body follows the target: JSON, CSV after "rows:", or a form.

export const columns = [
  "no key",
  "an unknown key",
  "a device's CIK",
  "another vendor's CIK",
  "another vendor's token",
  "the vendor's token",
  "the vendor's CIK",
  "the token of a vendor that shares the model",
] as const;

export type Column = (typeof columns)[number];

export interface AccessRow {
  readonly number: number;
  readonly request: string;
  /** Statuses, one for each column. */
  readonly statuses: string;
}

const manage = "/provision/manage";
const json = '{"ranges":[{"format":"base10","first":1,"last":2}]}';

/** All procedures but 26 to 28 that name a model: to another vendor it is not there. */
const ofModel: [number: number, request: string, statuses: string][] = [
  [1, `GET ${manage}/content/$M/`, "401 401 403 400 400 200 200 403"],
  [2, `GET ${manage}/content/$M/?sn=s`, "401 401 403 400 400 200 200 403"],
  [3, `POST ${manage}/content/$M/ id=new`, "401 401 403 400 400 205 205 403"],
  [4, `POST ${manage}/content/$M/ id=c4&delete=true`, "401 401 403 400 400 205 205 403"],
  [5, `GET ${manage}/content/$M/c`, "401 401 403 400 400 200 200 403"],
  [6, `GET ${manage}/content/$M/c?download=true`, "401 401 403 403 403 200 200 403"],
  [7, `GET ${manage}/content/$M/c?sn=s`, "401 401 403 400 400 200 200 403"],
  [8, `GET ${manage}/content/$M/c?download=true&sn=s`, "401 401 403 403 403 200 200 403"],
  [9, `GET ${manage}/content/$M/c?show=groups`, "401 401 403 400 400 200 200 403"],
  [10, `POST ${manage}/content/$M/c10 blob`, "401 401 403 400 400 205 205 403"],
  [11, `DELETE ${manage}/content/$M/c11`, "401 401 403 400 400 205 205 403"],
  [12, `GET ${manage}/group/$M/`, "401 401 403 404 404 200 200 403"],
  [13, `POST ${manage}/group/$M/ id=new`, "401 401 403 404 404 205 205 403"],
  [14, `POST ${manage}/group/$M/ id=g14&delete=true`, "401 401 403 404 404 205 205 403"],
  [15, `GET ${manage}/group/$M/g`, "401 401 403 404 404 200 200 403"],
  [16, `GET ${manage}/group/$M/h?show=groups`, "401 401 403 404 404 200 200 403"],
  [17, `DELETE ${manage}/group/$M/g17`, "401 401 403 404 404 205 205 403"],
  [18, `GET ${manage}/group/$M/g/`, "401 401 403 404 404 200 200 403"],
  [19, `GET ${manage}/group/$M/g/?type=sn`, "401 401 403 404 404 200 200 403"],
  [20, `GET ${manage}/group/$M/g/?id=s`, "401 401 403 404 404 200 200 403"],
  [21, `GET ${manage}/group/$M/g/?type=sn&id=s`, "401 401 403 404 404 200 200 403"],
  [22, `POST ${manage}/group/$M/h/ type=sn&id=s`, "401 401 403 404 404 205 205 403"],
  [23, `POST ${manage}/group/$M/h/ rows:sn,s`, "401 401 403 404 404 205 205 403"],
  [24, `POST ${manage}/group/$M/h/ type=sn&id=s&delete=true`, "401 401 403 404 404 205 205 403"],
  [25, `DELETE ${manage}/group/$M/h/ rows:sn,s`, "401 401 403 404 404 205 205 403"],
  [29, `POST ${manage}/model/ model=$M29&delete=true`, "401 401 403 404 404 205 205 403"],
  [30, `GET ${manage}/model/$M`, "401 401 403 404 404 200 200 403"],
  [31, `PUT ${manage}/model/$M rid=$OWNER`, "401 401 403 404 404 205 205 403"],
  [32, `DELETE ${manage}/model/$M32`, "401 401 403 404 404 205 205 403"],
  [33, `GET ${manage}/model/$M/`, "401 401 403 404 404 200 200 200"],
  [34, `GET ${manage}/model/$M/?show=ranges`, "401 401 403 404 404 200 200 403"],
  [35, `POST ${manage}/model/$M/ sn=n35`, "401 401 403 404 404 205 205 403"],
  [36, `POST ${manage}/model/$M/ sn[]=n36&sn[]=m36`, "401 401 403 404 404 205 205 403"],
  [37, `POST ${manage}/model/$M/ rows:n37,x`, "401 401 403 404 404 205 205 403"],
  [38, `POST ${manage}/model/$M/ ${json}`, "401 401 403 404 404 205 205 403"],
  [39, `POST ${manage}/model/$M/ sn=s39&delete=true`, "401 401 403 404 404 205 205 403"],
  [40, `POST ${manage}/model/$M/ sn=s40&sn=t40&delete=true`, "401 401 403 404 404 205 205 403"],
  [41, `DELETE ${manage}/model/$M/ rows:s41`, "401 401 403 404 404 205 205 403"],
  [42, `DELETE ${manage}/model/$M/ ${json}`, "401 401 403 404 404 205 205 403"],
  [43, `GET ${manage}/model/$M/s`, "401 401 403 404 404 200 200 204"],
  [44, `GET ${manage}/model/$M/s?show=groups`, "401 401 403 404 404 200 200 403"],
  [45, `GET ${manage}/model/$M/s?show=log`, "401 401 403 404 404 200 200 204"],
  [46, `POST ${manage}/model/$M/s46 enable=true&owner=$OWNER`, "401 401 403 404 404 200 200 200"],
  [47, `POST ${manage}/model/$M/t47 enable=true&oldsn=s47`, "401 401 403 404 404 205 205 403"],
  [48, `POST ${manage}/model/$M/s48 enable=true`, "401 401 403 404 404 205 205 403"],
  [49, `POST ${manage}/model/$M/s48 disable=true`, "401 401 403 404 404 205 205 403"],
  [50, `DELETE ${manage}/model/$M/s50`, "401 401 403 404 404 205 205 403"],
  [51, `GET ${manage}/share/$M/`, "401 401 403 404 404 200 200 403"],
  [52, `POST ${manage}/share/$M/ vendor=other`, "401 401 403 404 404 205 205 403"],
  [53, `POST ${manage}/share/$M/ vendor=other&delete=true`, "401 401 403 404 404 205 205 403"],
  [54, `GET ${manage}/share/$M/friend`, "401 401 403 404 404 204 204 403"],
  [55, `DELETE ${manage}/share/$M/third`, "401 401 403 404 404 205 205 403"],
];

/** The others: what a key opens is its own client's. */
const ofClient: [number: number, request: string, statuses: string][] = [
  [26, `GET ${manage}/model/`, "401 401 403 200 200 200 200 403"],
  [27, `GET ${manage}/model/?show=shared`, "401 401 403 200 200 200 200 403"],
  [28, `POST ${manage}/model/ model=$Mnew&rid=$OWNER`, "401 401 403 205 409 205 205 403"],
  [56, "GET /provision/register", "401 401 204 200 200 200 200 200"],
  [57, "POST /provision/register vendor=acme", "401 401 403 409 409 205 205 409"],
  [58, "POST /provision/register delete=true&vendor=acme", "401 401 404 404 404 205 205 404"],
  [59, "GET /provision/admin/auth/", "401 401 403 200 401 401 200 401"],
  [60, "POST /provision/admin/auth/ id=new", "401 401 403 200 401 401 200 401"],
  [61, "POST /provision/admin/auth/ id=t61&delete=true", "401 401 403 404 401 401 205 401"],
  [62, "GET /provision/admin/auth/t62", "401 401 403 404 401 401 200 401"],
  [63, "DELETE /provision/admin/auth/t63", "401 401 403 404 401 401 205 401"],
  [64, "POST /provision/activate vendor=acme&model=t&sn=s", "409 409 409 409 409 409 409 409"],
  [65, "GET /provision/download?vendor=acme&model=t", "401 401 200 403 401 401 403 401"],
  [66, "GET /provision/download?vendor=acme&model=t&id=c", "401 401 200 403 401 401 403 401"],
  [
    67,
    "GET /provision/download?vendor=acme&model=t&id=c&info=true",
    "401 401 200 403 401 401 403 401",
  ],
  [68, "GET /ip", "200 200 200 200 200 200 200 200"],
  [69, "GET /jsonp?token=$VIEW&callback=f&show[]=data", "200 200 200 200 200 200 200 200"],
  [
    70,
    "POST /jsonp/register alias=a&starttime=0&endtime=1&limit=1&access=data&expire=2000000000",
    "401 401 200 200 401 401 200 401",
  ],
];

export const accessRows: AccessRow[] = [...ofModel, ...ofClient].map(
  ([number, request, statuses]) => ({ number, request, statuses }),
);
