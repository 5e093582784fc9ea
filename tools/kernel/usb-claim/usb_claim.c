// SPDX-License-Identifier: Apache-2.0
/*
 * Takes an interface of a USB device as another program would, and keeps it until it is ended:
 * usb_claim /dev/bus/usb/BUS/DEVICE INTERFACE. Says "claimed" once it has it. For guests of the
 * bench only.
 */
#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct usbdevfs_disconnect_claim claim = {
		.flags = USBDEVFS_DISCONNECT_CLAIM_EXCEPT_DRIVER,
	};
	int device;

	if (argc != 3)
		return 2;
	device = open(argv[1], O_RDWR);
	claim.interface = atoi(argv[2]);
	/* The kernel's own driver gives way; who has it by usbfs keeps it. */
	strcpy(claim.driver, "usbfs");
	if (device < 0 || ioctl(device, USBDEVFS_DISCONNECT_CLAIM, &claim) != 0) {
		perror(argv[1]);
		return 1;
	}
	puts("claimed");
	fflush(stdout);
	pause();
	return 0;
}
