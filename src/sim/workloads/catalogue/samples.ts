/**
 * Public sample applications. A sample that is not listed runs all the same, as a plain server on its declared ports: what
 * stands here differs from that.
 */
import { aksStore, image, MIB, nginx, NUMBERED, PLAIN_SERVER, server, web, type CataloguedImage } from './images.ts';
import type { Behaviour } from '../behaviour.ts';

const shell: Behaviour = {
  ...PLAIN_SERVER,
  name: 'shell',
  exit: { afterMs: 50, code: 0 },
  cpuMillis: 1,
  memoryBytes: MIB,
};

/** Takes its work from a queue or sends requests, and listens nowhere. */
const worker = (name: string, more: Partial<Behaviour> = {}): Behaviour => ({ ...PLAIN_SERVER, name, ...more });

/** Orders an hour: 100, as the sample's manifest has it. */
const ORDER_MS = 36_000;
const STORE = 'ghcr.io/azure-samples/aks-store-demo';
const BOUTIQUE = 'us-central1-docker.pkg.dev/google-samples/microservices-demo';
const BOOKINFO = 'istio/examples-bookinfo';

const grpc = (name: string, port: number): CataloguedImage =>
  image(40, server(name, [port], { listenAfterMs: 1_000, memoryBytes: 40 * MIB }));
const book = (name: string, body: string): CataloguedImage =>
  image(120, web(name, 9080, body, { listenAfterMs: 1_500, memoryBytes: 60 * MIB }));

export const SAMPLES: Readonly<Record<string, CataloguedImage>> = {
  'registry.k8s.io/busybox': image(2.1, shell, NUMBERED),
  'gcr.io/google-containers/busybox': image(2.1, shell),
  'mcr.microsoft.com/mirror/docker/library/busybox': image(2.1, shell, NUMBERED),
  'mcr.microsoft.com/mirror/docker/library/nginx': image(69, nginx, NUMBERED),
  'mcr.microsoft.com/oss/nginx/nginx': image(69, nginx),
  'mcr.microsoft.com/azurelinux/base/core': image(30, shell),
  'polinux/stress': image(4, worker('stress', { memoryBytes: 4 * MIB })),
  'polinux/stress-ng': image(6, worker('stress', { memoryBytes: 4 * MIB })),
  'vish/stress': image(4, worker('stress', { memoryBytes: 4 * MIB })),
  // A request keeps a core busy for a while: the load of the walk through horizontal autoscaling.
  'registry.k8s.io/hpa-example': image(
    180,
    web('hpa-example', 80, 'OK!', { cpuMillis: 1, cpuMillisPerRequest: 60, memoryBytes: 12 * MIB }),
  ),
  node: image(380, shell, NUMBERED),
  python: image(360, shell, NUMBERED),
  golang: image(300, shell, NUMBERED),
  [`${STORE}/ai-service`]: aksStore('ai-service', 5001, '{"status":"ok"}'),
  [`${STORE}/virtual-customer`]: image(
    30,
    worker('virtual-customer', { client: { url: 'http://order-service:3000/', intervalMs: ORDER_MS } }),
  ),
  [`${STORE}/virtual-worker`]: image(
    30,
    worker('virtual-worker', {
      client: { url: 'http://makeline-service:3001/order/fetch', intervalMs: ORDER_MS },
    }),
  ),
  [`${BOUTIQUE}/frontend`]: image(
    18,
    web('frontend', 8080, '<title>Online Boutique</title>', { listenAfterMs: 1_000, memoryBytes: 40 * MIB }),
  ),
  [`${BOUTIQUE}/adservice`]: grpc('adservice', 9555),
  [`${BOUTIQUE}/cartservice`]: grpc('cartservice', 7070),
  [`${BOUTIQUE}/checkoutservice`]: grpc('checkoutservice', 5050),
  [`${BOUTIQUE}/currencyservice`]: grpc('currencyservice', 7000),
  [`${BOUTIQUE}/emailservice`]: grpc('emailservice', 8080),
  [`${BOUTIQUE}/paymentservice`]: grpc('paymentservice', 50051),
  [`${BOUTIQUE}/productcatalogservice`]: grpc('productcatalogservice', 3550),
  [`${BOUTIQUE}/recommendationservice`]: grpc('recommendationservice', 8080),
  [`${BOUTIQUE}/shippingservice`]: grpc('shippingservice', 50051),
  [`${BOUTIQUE}/loadgenerator`]: image(
    60,
    worker('loadgenerator', { client: { url: 'http://frontend:80/', intervalMs: 2_000 } }),
  ),
  [`${BOOKINFO}-productpage-v1`]: book('productpage', '<title>Simple Bookstore App</title>'),
  [`${BOOKINFO}-details-v1`]: book('details', '{"id":0,"author":"William Shakespeare"}'),
  [`${BOOKINFO}-ratings-v1`]: book('ratings', '{"id":0,"ratings":{"Reviewer1":5,"Reviewer2":4}}'),
  [`${BOOKINFO}-reviews-v1`]: book('reviews', '{"id":"0","reviews":[]}'),
  [`${BOOKINFO}-reviews-v2`]: book('reviews', '{"id":"0","reviews":[{"color":"black"}]}'),
  [`${BOOKINFO}-reviews-v3`]: book('reviews', '{"id":"0","reviews":[{"color":"red"}]}'),
  'dockersamples/examplevotingapp_vote': image(55, web('vote', 80, '<title>Cats vs Dogs!</title>')),
  'dockersamples/examplevotingapp_result': image(60, web('result', 80, '<title>Cats vs Dogs -- Result</title>')),
  'dockersamples/examplevotingapp_worker': image(70, worker('vote-worker')),
};
