// SPDX-License-Identifier: MIT
//
// Finds the messages of IEEE 1588 that are to be stamped (fact sheet 5.9): over Ethernet by their
// EtherType, over UDP by their port, then by messageType (IEEE 1588-2008, table 19) or, of version 1, by
// control (IEEE 1588-2002, annex C), as TSYNCRXCTL.TYPE asks. rx_parse.sv says what lies where.
//
// The few fields that count are read one a cycle through one multiplexer, and the beat is held meanwhile
// (`stall_o`): that costs cycles only for UDP and PTP, while a stamp is wanted. All lie at even offsets, so
// none is in two beats. The frame's time is that of its first beat.

module rx_ptp #(
  parameter int unsigned DataW = 1024,
  localparam int unsigned OffW = $clog2(DataW / 8)
) (
  input  logic         clk_i,
  input  logic [63:0]  now_i,
  input  logic         open_i,        // a stamp would be taken
  input  logic [2:0]   type_i,        // TSYNCRXCTL.TYPE
  input  logic [31:0]  rxmtrl_i,
  input  logic [15:0]  rxudp_i,       // first byte on the wire lowest

  // A frame's first beat.
  input  logic         load_first_i,
  input  logic [15:0]  ether_type_i,  // behind a VLAN tag

  // The beat in the stage behind, and what is known of its frame.
  input  logic         beat_valid_i,  // and the headers before UDP are found
  input  logic [DataW-1:0] beat_i,
  input  logic [14-OffW:0] beat_index_i,
  input  logic [4:0]   l3_off_i,
  input  logic         udp_i,         // UDP, no fragment
  input  logic [16:0]  l4_off_i,
  output logic         stall_o,

  // The cycle after the last beat.
  input  logic         finish_i,
  input  logic         udp_whole_i,   // the lengths of IP and UDP fit the frame
  input  logic [14:0]  frame_len_i,
  input  logic [16:0]  ip_end_i,
  output logic         match_o,
  output logic [63:0]  attributes_o,  // {sequenceId, 6 bytes of the source's identity}, 0: none
  output logic [63:0]  at_o           // when the frame began
);
  localparam int unsigned BeatNoW = 17 - OffW;
  localparam logic [2:0] TypeL2V2 = 3'd0, TypeL4V1 = 3'd1, TypeL2L4V2 = 3'd2, TypeAll = 3'd4, TypeEventV2 = 3'd5;
  localparam logic [3:0] LastEvent = 4'd3;
  localparam logic [16:0] ControlAt = 17'd32;

  // The fields, in their order.
  localparam logic [2:0] Port = 3'd0, Kind = 3'd1, Source0 = 3'd2, Source1 = 3'd3, Source2 = 3'd4, Sequence = 3'd5;
  localparam logic [2:0] Control = 3'd6, Done = 3'd7;

  logic [2:0] field_q;
  logic armed_q, l2_q, miss_q;
  logic [47:0] source_q;
  logic [15:0] sequence_q;
  logic [63:0] at_q;

  logic v2, over_l4, wanted_kind, miss;
  logic [16:0] message, at, message_end;
  logic [15:0] lanes, number;

  assign v2 = type_i == TypeL2V2 || type_i == TypeL2L4V2 || type_i == TypeEventV2;
  assign over_l4 = type_i == TypeL4V1 || type_i == TypeL2L4V2 || type_i == TypeEventV2;

  always_ff @(posedge clk_i) begin
    if (load_first_i) begin
      armed_q <= open_i;
      if (open_i) begin
        at_q <= now_i;
        l2_q <= v2 && ether_type_i == rxmtrl_i[15:0];
        miss_q <= 1'b0;
        field_q <= v2 && ether_type_i == rxmtrl_i[15:0] ? Kind : Port;
      end
    end else if (stall_o) begin
      miss_q <= miss;
      field_q <= miss ? Done : field_q + 3'd1;
      case (field_q)
        Source0, Source1, Source2: source_q <= {source_q[31:0], number};
        Sequence: sequence_q <= number;
        default: ;
      endcase
    end
  end

  // Where the message is, and its next field.
  always_comb begin
    message = '0;
    at = '0;
    stall_o = 1'b0;
    if (armed_q) begin
      message = l2_q ? 17'(l3_off_i) : l4_off_i + 17'd8;
      case (field_q)
        Port: at = l4_off_i + 17'd2;
        Source0: at = message + 17'd22;
        Source1: at = message + 17'd24;
        Source2: at = message + 17'd26;
        Sequence: at = message + 17'd30;
        Control: at = message + ControlAt;
        default: at = message;
      endcase
      stall_o = beat_valid_i && field_q != Done && (l2_q || (over_l4 && udp_i)) &&
                at[16:OffW] == BeatNoW'(beat_index_i);
    end
  end

  // The upper half of the byte with messageType belongs to others.
  always_comb begin
    lanes = '0;
    wanted_kind = 1'b0;
    miss = 1'b0;
    if (stall_o) begin
      lanes = beat_i[{at[OffW-1:0], 3'b000} +: 16];
      wanted_kind = type_i == TypeEventV2 ? lanes[3:0] <= LastEvent : lanes[3:0] == rxmtrl_i[27:24];
      case (field_q)
        Port: miss = lanes != rxudp_i;
        Kind: miss = v2 && !wanted_kind;
        Control: miss = type_i == TypeL4V1 && lanes[7:0] != rxmtrl_i[23:16];
        default: ;
      endcase
    end
  end
  assign number = {lanes[7:0], lanes[15:8]};

  // What was to be read lies before the message's end: then it was read.
  always_comb begin
    message_end = '0;
    match_o = 1'b0;
    attributes_o = '0;
    if (finish_i && armed_q) begin
      message_end = l2_q ? 17'(frame_len_i) : ip_end_i;
      if (type_i == TypeAll) begin
        match_o = 1'b1;
      end else if (l2_q || (over_l4 && udp_whole_i)) begin
        match_o = !miss_q && (v2 || type_i == TypeL4V1) && message + (v2 ? 17'd0 : ControlAt) < message_end;
        if (match_o && message + ControlAt <= message_end) attributes_o = {sequence_q, source_q};
      end
    end
  end

  assign at_o = at_q;

  logic unused;
  assign unused = ^rxmtrl_i[31:28];
endmodule
