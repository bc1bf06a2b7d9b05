/**
 * Command lines that no container of a bare distribution can start, since the image has no such program: a word mistyped, a
 * whole line given as one word, bash where there is only sh. Upstream: opencontainers/runc libcontainer (init_linux.go),
 * containerd's errors around it. Images with programs of their own are taken at their word.
 */
import { TAKEN_FOR_DONE } from './foreground.ts';
import { parseImage } from './program.ts';
import { SERVER } from './server-command.ts';
import { commandName, isKnownCommand } from './shell/commands/index.ts';

const BARE = /(?:^|\/)(busybox|alpine|debian|ubuntu)$/;
const WITHOUT_BASH = /(?:^|\/)(busybox|alpine)$/;
const IN_PATH = /^(?:\/(?:usr\/)?(?:local\/)?s?bin\/)?[^/]+$/;

/** Programs of the distributions that are not simulated: they are there, whatever they would do. */
const OTHERS: ReadonlySet<string> = new Set(
  'acpid add-shell addgroup adjtimex apropos ar arch arp arping ash awk base32 bc beep blkid blockdev brctl bunzip2 busybox bzcat bzip2 cal chat chattr chcon chgrp chpasswd chpst chrt chvt cksum cmp comm cpio csplit cttyhack dash dc dd deallocvt delgroup deluser depmod devmem df dhcprelay diff dircolors dmesg dnsd dnsdomainname dos2unix dpkg dpkg-deb du dumpkmap dumpleases ed egrep eject envdir envuidgid ether-wake expand expr fakeidentd fallocate fatattr fbset fbsplash fdflush fdformat fdisk fgconsole fgrep findfs flock fold free freeramdisk fsck fsfreeze fstrim fsync ftpd ftpget ftpput fuser getconf getent getopt getty gpg groupdel groupmod groups hdparm hexdump hexedit hostid httpd hush hwclock i2cdetect i2cget i2cset id ifdown ifenslave ifplugd ifup inetd init inotifyd insmod ionice iostat ipaddr ipcalc ipcrm ipcs iplink ipneigh iproute iprule iptunnel join kbd_mode kill killall killall5 klogd last less link linux32 linux64 linuxrc ln loadfont loadkmap logger login logname logread losetup lpd lpq lpr ls lsattr lsmod lsof lspci lsscsi lsusb lzcat lzma lzop makedevs makemime man md5sum mdev mesg microcom mkdosfs mke2fs mkfifo mkfs.ext2 mknod mkpasswd mkswap mktemp modinfo more mpstat mt nameif nanddump nandwrite nbd-client netstat nice nl nmeter nohup nologin nproc nsenter nslookup nuke numfmt od openvt partprobe passwd paste patch pathchk perl pgrep pidof pinky pipe_progress pivot_root pkill pmap popmaildir poweroff powertop pr printenv ps pscan pstree ptx pwd pwdx raidautorun rdate rdev readahead readlink readprofile realpath reboot reformime remove-shell renice reset resize resume rev rmmod route rpm rpm2cpio rtcwake run-init run-parts runlevel runsv runsvdir rx script scriptreplay sendmail setarch setconsole setfattr setfont setkeycodes setlogcons setpriv setserial setsid setuidgid sha1sum sha256sum sha3sum sha512sum shred shuf slattach smemcap softlimit split ssl_client ssl_server start-stop-daemon stat stdbuf strings stty su sulogin sum sv svc svlogd svok swapoff swapon switch_root sync syslogd tac tail taskset tc tcpsvd telnet telnetd tftp tftpd time timeout top traceroute traceroute6 truncate ts tsort tty ttysize tunctl ubiattach ubimkvol udhcpc udhcpc6 udhcpd udpsvd uevent uncompress unexpand uniq unix2dos unlink unlzma unshare unxz uptime userdel usermod users usleep uudecode uuencode vconfig vdir vi vlock volname w wall watch watchdog wc who whoami whois xxd xz xzcat zcat zcip'.split(
    ' ',
  ),
);

/** What runc says of it; undefined where the program is there, or nobody here can tell. */
export function missingProgram(image: string, argv: readonly string[]): string | undefined {
  const [word] = argv;
  const repository = parseImage(image)?.repository ?? '';
  if (word === undefined || word.startsWith('$(') || !BARE.test(repository) || !IN_PATH.test(word)) return undefined;
  const name = commandName(word);
  const isThere =
    name === 'bash'
      ? !WITHOUT_BASH.test(repository)
      : isKnownCommand(name) ||
        OTHERS.has(name) ||
        TAKEN_FOR_DONE.includes(name) ||
        SERVER.test([name, ...argv.slice(1)].join(' '));
  if (isThere) return undefined;
  const why = word.includes('/') ? `stat ${word}: no such file or directory` : 'executable file not found in $PATH';
  return `exec: ${JSON.stringify(word)}: ${why}`;
}
