// Why a partition table is refused, in binary or as CSV.

export type PartitionTableErrorKind =
  /** A record is neither a partition, nor an MD5, nor the end. */
  | "magic"
  | "md5"
  /** Nothing ends the table. */
  | "end"
  | "label"
  /** A number does not fit its field. */
  | "range"
  /** More partitions than the table holds. */
  | "count"
  /** A line of CSV cannot be understood. */
  | "syntax"
  | "alignment"
  /** Two partitions, or one and the table, take the same bytes. */
  | "overlap"
  | "duplicate-label"
  /** What the type of the partition asks for: one otadata of 0x2000, an NVS of 0x3000 ... */
  | "type-rule"
  /** A partition ends behind the flash. */
  | "flash-size";

/** The message says which partition or line it is and what was expected. */
export class PartitionTableError extends Error {
  override readonly name = "PartitionTableError";

  constructor(
    readonly kind: PartitionTableErrorKind,
    message: string,
  ) {
    super(message);
  }
}
