/** What can be done with phones that have an account of their own: with a user's as an admin, or with mine. */

import { api, bodyOf, type Schemas } from '~/api/client';

export type PhoneView = Schemas['PhoneView'];
export type PhoneRequest = Schemas['PhoneRequest'];
export type NewPhone = Schemas['NewPhone'];
export type Family = Schemas['PhoneFamily'];

export interface PhoneDoor {
  readonly create: (body: PhoneRequest) => Promise<NewPhone>;
  readonly remove: (phone: PhoneView) => Promise<unknown>;
  /** Only for admins. */
  readonly renew?: (phone: PhoneView) => Promise<NewPhone>;
  readonly revoke?: (phone: PhoneView) => Promise<unknown>;
}

export function doorOfUser(key: string): PhoneDoor {
  const of = (phone: PhoneView) => ({ params: { path: { key, phone_id: phone.id } } });
  return {
    create: (body) => bodyOf(api.POST('/api/v1/users/{key}/phones', { params: { path: { key } }, body })),
    renew: (phone) => bodyOf(api.POST('/api/v1/users/{key}/phones/{phone_id}/renewal', of(phone))),
    revoke: (phone) => bodyOf(api.DELETE('/api/v1/users/{key}/phones/{phone_id}/address', of(phone))),
    remove: (phone) => bodyOf(api.DELETE('/api/v1/users/{key}/phones/{phone_id}', of(phone))),
  };
}

export const MY_DOOR: PhoneDoor = {
  create: (body) => bodyOf(api.POST('/api/v1/me/phones', { body })),
  remove: (phone) =>
    bodyOf(api.DELETE('/api/v1/me/phones/{phone_id}', { params: { path: { phone_id: phone.id } } })),
};
