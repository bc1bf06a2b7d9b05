/** The authority of the cluster. The simulation has no keys; programs in containers only look whether the file is there. */
export const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nU2ltdWxhdGVkIGNsdXN0ZXIgQ0E=\n-----END CERTIFICATE-----\n';
