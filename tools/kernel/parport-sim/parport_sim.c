// SPDX-License-Identifier: GPL-2.0
/*
 * A parallel port without a socket, and the printer at it, for tests: the kernel's own driver lp
 * binds to the port as to a real one. What the printer takes (a byte at each falling edge of
 * STROBE) is read from /dev/parport_sim; its status lines are the parameters of this module.
 *
 * For guests of the bench only. It is linked against the kernel, hence its licence, which is not
 * that of the rest.
 */
#include <linux/fs.h>
#include <linux/kfifo.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/parport.h>
#include <linux/platform_device.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

/* No port of a machine is there, so that none is touched by a mistake. */
#define PORT_ADDRESS 0xf0
#define TAKEN_BYTES (256 * 1024)

static int busy, paperout, offline, fault;
module_param(busy, int, 0644);
module_param(paperout, int, 0644);
module_param(offline, int, 0644);
module_param(fault, int, 0644);

static DEFINE_KFIFO(taken, unsigned char, TAKEN_BYTES);
static DECLARE_WAIT_QUEUE_HEAD(readers);
static struct platform_device *parent;
static struct parport *port;
static unsigned char data_lines;
static unsigned char control_lines = PARPORT_CONTROL_INIT | PARPORT_CONTROL_SELECT;

static void sim_write_data(struct parport *p, unsigned char value)
{
	data_lines = value;
}

static unsigned char sim_read_data(struct parport *p)
{
	return data_lines;
}

static void sim_write_control(struct parport *p, unsigned char value)
{
	/* The bit is the inverse of the line: it rises where STROBE falls. */
	if ((value & ~control_lines) & PARPORT_CONTROL_STROBE) {
		kfifo_put(&taken, data_lines);
		wake_up_interruptible(&readers);
	}
	control_lines = value;
}

static unsigned char sim_read_control(struct parport *p)
{
	return control_lines;
}

static unsigned char sim_frob_control(struct parport *p, unsigned char mask, unsigned char value)
{
	sim_write_control(p, (control_lines & ~mask) ^ value);
	return control_lines;
}

/* PARPORT_STATUS_BUSY and _ERROR are the inverse of their lines: set while all is well. */
static unsigned char sim_read_status(struct parport *p)
{
	bool is_well = !paperout && !offline && !fault;
	unsigned char status = PARPORT_STATUS_ACK;

	if (is_well)
		status |= PARPORT_STATUS_ERROR;
	if (is_well && !busy && !kfifo_is_full(&taken))
		status |= PARPORT_STATUS_BUSY;
	if (paperout)
		status |= PARPORT_STATUS_PAPEROUT;
	if (!offline)
		status |= PARPORT_STATUS_SELECT;
	return status;
}

static void sim_nothing(struct parport *p)
{
}

static void sim_init_state(struct pardevice *device, struct parport_state *state)
{
}

static void sim_keep_state(struct parport *p, struct parport_state *state)
{
}

static struct parport_operations operations = {
	.owner = THIS_MODULE,
	.write_data = sim_write_data,
	.read_data = sim_read_data,
	.write_control = sim_write_control,
	.read_control = sim_read_control,
	.frob_control = sim_frob_control,
	.read_status = sim_read_status,
	.enable_irq = sim_nothing,
	.disable_irq = sim_nothing,
	.data_forward = sim_nothing,
	.data_reverse = sim_nothing,
	.init_state = sim_init_state,
	.save_state = sim_keep_state,
	.restore_state = sim_keep_state,
	.epp_write_data = parport_ieee1284_epp_write_data,
	.epp_read_data = parport_ieee1284_epp_read_data,
	.epp_write_addr = parport_ieee1284_epp_write_addr,
	.epp_read_addr = parport_ieee1284_epp_read_addr,
	.ecp_write_data = parport_ieee1284_ecp_write_data,
	.ecp_read_data = parport_ieee1284_ecp_read_data,
	.ecp_write_addr = parport_ieee1284_ecp_write_addr,
	.compat_write_data = parport_ieee1284_write_compat,
	.nibble_read_data = parport_ieee1284_read_nibble,
	.byte_read_data = parport_ieee1284_read_byte,
};

static ssize_t taken_read(struct file *file, char __user *buffer, size_t size, loff_t *offset)
{
	unsigned int copied;
	int failure = wait_event_interruptible(readers, !kfifo_is_empty(&taken));

	if (!failure)
		failure = kfifo_to_user(&taken, buffer, size, &copied);
	return failure ? failure : copied;
}

static const struct file_operations taken_operations = {
	.owner = THIS_MODULE,
	.read = taken_read,
};

static struct miscdevice taken_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "parport_sim",
	.fops = &taken_operations,
};

static int __init sim_init(void)
{
	int failure = misc_register(&taken_device);

	if (failure)
		return failure;
	parent = platform_device_register_simple("parport_sim", -1, NULL, 0);
	if (IS_ERR(parent)) {
		failure = PTR_ERR(parent);
		goto no_parent;
	}
	port = parport_register_port(PORT_ADDRESS, PARPORT_IRQ_NONE, PARPORT_DMA_NONE, &operations);
	if (!port) {
		failure = -ENOMEM;
		goto no_port;
	}
	port->dev = &parent->dev;
	port->modes = PARPORT_MODE_PCSPP;
	parport_announce_port(port);
	return 0;

no_port:
	platform_device_unregister(parent);
no_parent:
	misc_deregister(&taken_device);
	return failure;
}

static void __exit sim_exit(void)
{
	parport_remove_port(port);
	parport_put_port(port);
	platform_device_unregister(parent);
	misc_deregister(&taken_device);
}

module_init(sim_init);
module_exit(sim_exit);
MODULE_DESCRIPTION("A parallel port and its printer, for tests");
MODULE_LICENSE("GPL");
