// Where factory and agent keep what a device must know: the NVS namespace that both share.

/** At most 15 characters: Espressif's limit for a namespace. */
export const nvsNamespace = "provision";
