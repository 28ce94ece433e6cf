// SPDX-License-Identifier: MIT
//
// AXI4-Lite slave to the register bus: one access at a time, writes before reads.
//
// An access is taken at one clock edge and acts at the next (`req_o` for one cycle, the registers'
// combinational `rdata_i` is sampled at its end); then the response is up. A new access is taken
// while the response of the one before is, so back to back they need two cycles each. A write acts
// only when all four strobes are set; it is answered OKAY in any case.

module axil_slave (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic [16:0] s_axil_awaddr_i,
  input  logic        s_axil_awvalid_i,
  output logic        s_axil_awready_o,
  input  logic [31:0] s_axil_wdata_i,
  input  logic [3:0]  s_axil_wstrb_i,
  input  logic        s_axil_wvalid_i,
  output logic        s_axil_wready_o,
  output logic        s_axil_bvalid_o,
  output logic [1:0]  s_axil_bresp_o,
  input  logic        s_axil_bready_i,
  input  logic [16:0] s_axil_araddr_i,
  input  logic        s_axil_arvalid_i,
  output logic        s_axil_arready_o,
  output logic        s_axil_rvalid_o,
  output logic [31:0] s_axil_rdata_o,
  output logic [1:0]  s_axil_rresp_o,
  input  logic        s_axil_rready_i,

  output logic        req_o,
  output logic        we_o,
  output logic [16:0] addr_o,
  output logic [31:0] wdata_o,
  input  logic [31:0] rdata_i,
  input  logic        wait_i,       // with req_o and after it: the answer is not ready yet
  input  logic [31:0] late_rdata_i, // the answer of a read that waited, when wait_i has fallen

  output logic        idle_o
);
  typedef enum logic [2:0] { StIdle, StAct, StWait, StWritten, StRead } state_e;

  state_e state_q;
  logic we_q, strobed_q;
  logic [14:0] addr_q;
  logic [31:0] data_q;  // to write, then read

  logic take, take_write, take_read;

  assign take = state_q == StIdle || (state_q == StWritten && s_axil_bready_i) ||
                (state_q == StRead && s_axil_rready_i);
  assign take_write = take && s_axil_awvalid_i && s_axil_wvalid_i;
  assign take_read = take && s_axil_arvalid_i && !take_write;

  assign s_axil_awready_o = take_write;
  assign s_axil_wready_o = take_write;
  assign s_axil_arready_o = take_read;
  assign s_axil_bvalid_o = state_q == StWritten;
  assign s_axil_rvalid_o = state_q == StRead;
  assign s_axil_rdata_o = data_q;
  assign s_axil_bresp_o = 2'b00;
  assign s_axil_rresp_o = 2'b00;

  assign req_o = state_q == StAct && (!we_q || strobed_q);
  assign we_o = we_q;
  assign addr_o = {addr_q, 2'b00};
  assign wdata_o = data_q;

  assign idle_o = state_q != StAct && !(state_q == StWait && !wait_i) && !take_write && !take_read && (state_q == StIdle || !take);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StIdle;
    end else if (state_q == StAct) begin
      if (wait_i) state_q <= StWait;
      else state_q <= we_q ? StWritten : StRead;
      if (!we_q) data_q <= rdata_i;
    end else if (state_q == StWait) begin
      if (!wait_i) begin
        state_q <= we_q ? StWritten : StRead;
        if (!we_q) data_q <= late_rdata_i;
      end
    end else if (take_write || take_read) begin
      state_q <= StAct;
      we_q <= take_write;
      strobed_q <= s_axil_wstrb_i == 4'hf;
      addr_q <= take_write ? s_axil_awaddr_i[16:2] : s_axil_araddr_i[16:2];
      if (take_write) data_q <= s_axil_wdata_i;
    end else if (take) begin
      state_q <= StIdle;
    end
  end

  logic unused_low_bits;
  assign unused_low_bits = ^{s_axil_awaddr_i[1:0], s_axil_araddr_i[1:0]};
endmodule
