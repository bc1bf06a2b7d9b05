/** Rules of EndpointSlices and Endpoints. Upstream: pkg/apis/{discovery,core}/validation/validation.go. */
import type { Endpoints } from 'kubernetes-types/core/v1';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1';
import { nameFaults } from '../names.ts';
import { addressErrors, isAddress, isPort, PORT_TEXT, specialAddressErrors } from '../rules.ts';
import {
  fieldDuplicate,
  fieldInvalid,
  fieldNotSupported,
  fieldRequired,
  fieldTooMany,
  type FieldError,
} from '../status.ts';

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const [ENDPOINTS_MAX, ADDRESSES_MAX, PORTS_MAX] = [1000, 100, 20_000];

const labelErrors = (field: string, name: string): readonly FieldError[] =>
  nameFaults('label', name).map((text) => fieldInvalid(field, name, text));

function protocolErrors(field: string, protocol: string | undefined): readonly FieldError[] {
  if (!protocol) return [fieldRequired(field)];
  return PROTOCOLS.includes(protocol) ? [] : [fieldNotSupported(field, protocol, PROTOCOLS)];
}

/** The address of an endpoint, of the kind that its slice holds. Kinds that are not known are not looked into. */
function sliceAddressErrors(type: string, field: string, address: string): readonly FieldError[] {
  if (type === 'FQDN') {
    const faults = nameFaults('subdomain', address).map((text) => fieldInvalid(field, address, text));
    if (faults.length > 0 || address.includes('.')) return faults;
    return [fieldInvalid(field, address, 'should be a domain with at least two segments separated by dots')];
  }
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const isRight = isAddress(address) && address.includes(':') === (type === 'IPv6');
  return [
    ...(isRight ? [] : [fieldInvalid(field, address, `must be an ${type} address`)]),
    ...(isAddress(address) ? specialAddressErrors(field, address) : addressErrors(field, address)),
  ];
}

export function validateSlice({ addressType, endpoints = [], ports = [] }: EndpointSlice): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!addressType) errors.push(fieldRequired('addressType'));
  else if (!ADDRESS_TYPES.includes(addressType)) {
    errors.push(fieldNotSupported('addressType', addressType, ADDRESS_TYPES));
  }
  if (endpoints.length > ENDPOINTS_MAX) errors.push(fieldTooMany('endpoints', endpoints.length, ENDPOINTS_MAX));
  else {
    endpoints.forEach(({ addresses, hostname }, index) => {
      const [path, given] = [`endpoints[${index}]`, (addresses as string[] | undefined) ?? []];
      const field = `${path}.addresses`;
      if (given.length === 0) errors.push(fieldRequired(field, 'must contain at least 1 address'));
      else if (given.length > ADDRESSES_MAX) errors.push(fieldTooMany(field, given.length, ADDRESSES_MAX));
      given.forEach((address, at) => errors.push(...sliceAddressErrors(addressType, `${field}[${at}]`, address)));
      if (hostname !== undefined) errors.push(...labelErrors(`${path}.hostname`, hostname));
    });
  }
  if (ports.length > PORTS_MAX) return [...errors, fieldTooMany('ports', ports.length, PORTS_MAX)];
  const seen = new Set<string>();
  ports.forEach(({ name = '', protocol }, index) => {
    const field = `ports[${index}]`;
    if (name) errors.push(...labelErrors(`${field}.name`, name));
    if (seen.has(name)) errors.push(fieldDuplicate(`${field}.name`, name));
    seen.add(name);
    errors.push(...protocolErrors(`${field}.protocol`, protocol));
  });
  return errors;
}

export function validateEndpoints({ subsets = [] }: Endpoints): readonly FieldError[] {
  return subsets.flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }, index) => {
    const path = `subsets[${index}]`;
    const errors: FieldError[] = [];
    if (addresses.length + notReadyAddresses.length === 0) {
      errors.push(fieldRequired(path, 'must specify `addresses` or `notReadyAddresses`'));
    }
    for (const [list, given] of [
      ['addresses', addresses],
      ['notReadyAddresses', notReadyAddresses],
    ] as const) {
      given.forEach(({ ip, hostname = '' }, at) => {
        const field = `${path}.${list}[${at}]`;
        errors.push(...addressErrors(`${field}.ip`, ip));
        if (hostname) errors.push(...labelErrors(`${field}.hostname`, hostname));
        if (isAddress(ip)) errors.push(...specialAddressErrors(`${field}.ip`, ip));
      });
    }
    ports.forEach(({ name = '', port, protocol }, at) => {
      const field = `${path}.ports[${at}]`;
      if (name) errors.push(...labelErrors(`${field}.name`, name));
      else if (ports.length > 1) errors.push(fieldRequired(`${field}.name`));
      if (!isPort(port)) errors.push(fieldInvalid(`${field}.port`, port, PORT_TEXT));
      errors.push(...protocolErrors(`${field}.protocol`, protocol));
    });
    return errors;
  });
}
