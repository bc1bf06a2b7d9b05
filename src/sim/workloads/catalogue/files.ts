/** Files that images ship with, as far as scripts of public samples look for them. */

const OS_RELEASE: Readonly<Record<string, string>> = {
  busybox: 'NAME="BusyBox"\n',
  alpine: 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\n',
  debian: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
};

const passwd = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n';

export const NGINX_PAGE =
  '<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>If you see this page, nginx is successfully installed and working.</p>\n</body>\n</html>\n';

/** The first entry whose pattern meets the image decides. */
export const FILES_OF_IMAGES: readonly { readonly image: RegExp; readonly files: Readonly<Record<string, string>> }[] =
  [
    {
      image: /(^|\/)nginx(:|@|$)/,
      files: {
        '/usr/share/nginx/html/index.html': NGINX_PAGE,
        '/etc/nginx/nginx.conf': 'worker_processes auto;\ninclude /etc/nginx/conf.d/*.conf;\n',
        '/etc/nginx/conf.d/default.conf':
          'server {\n    listen 80;\n    location / {\n        root /usr/share/nginx/html;\n    }\n}\n',
        '/etc/os-release': OS_RELEASE['debian']!,
        '/etc/passwd': passwd,
      },
    },
    {
      image: /(^|\/)httpd(:|@|$)/,
      files: {
        '/usr/local/apache2/htdocs/index.html': '<html><body><h1>It works!</h1></body></html>\n',
        '/etc/os-release': OS_RELEASE['debian']!,
        '/etc/passwd': passwd,
      },
    },
    { image: /(^|\/)busybox(:|@|$)/, files: { '/etc/os-release': OS_RELEASE['busybox']!, '/etc/passwd': passwd } },
    {
      image: /alpine/,
      files: { '/etc/os-release': OS_RELEASE['alpine']!, '/etc/alpine-release': '3.20.3\n', '/etc/passwd': passwd },
    },
    { image: /./, files: { '/etc/os-release': OS_RELEASE['debian']!, '/etc/passwd': passwd } },
  ];
